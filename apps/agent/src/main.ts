console.log('freezer-agent');
