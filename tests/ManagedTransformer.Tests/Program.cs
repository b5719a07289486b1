using ManagedTransformer.Tests.OnDevice;

// A test project is a program: tests of devices start it again under drivers that the test runner's process does not have.
return args is [DeviceWorkerProgram.Verb, string device]
    ? DeviceWorkerProgram.Run(device)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args).ConfigureAwait(false);
