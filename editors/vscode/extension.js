// Starts `mvm lsp` and speaks with it.
const { workspace } = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

let client;

exports.activate = (context) => {
  const command = workspace.getConfiguration('mvm').get('command');
  client = new LanguageClient(
    'mvm',
    'mvm',
    { command, args: ['lsp'] },
    {
      documentSelector: [{ language: 'mvm' }],
      synchronize: { fileEvents: workspace.createFileSystemWatcher('**/*.mvm') },
    },
  );
  context.subscriptions.push(client);
  return client.start();
};

exports.deactivate = () => client?.stop();
