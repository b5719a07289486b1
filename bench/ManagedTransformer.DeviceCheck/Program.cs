using ManagedTransformer.Cli;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.DeviceCheck;
using ManagedTransformer.Tests.OnDevice;

return args switch
{
    [CompileProgram.Verb, string device] => CompileProgram.Run(device),
    [DeviceWorkerProgram.Verb, string device] => DeviceWorkerProgram.Run(device),
    _ => Terminal.ForProcess() is { } terminal ? CommandLine.Run(args, terminal) : CommandLine.Failed,
};
