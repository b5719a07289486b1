using ManagedTransformer.Cli;
using ManagedTransformer.Cli.Terminals;

return Terminal.ForProcess() is { } terminal ? CommandLine.Run(args, terminal) : CommandLine.Failed;
