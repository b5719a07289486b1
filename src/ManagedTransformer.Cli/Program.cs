using ManagedTransformer.Cli;

return Terminal.ForProcess() is { } terminal ? CommandLine.Run(args, terminal) : CommandLine.Failed;
