using ManagedTransformer.Cli;

return CommandLine.Run(args, Terminal.ForProcess());
