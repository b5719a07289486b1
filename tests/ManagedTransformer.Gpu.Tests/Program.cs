using ManagedTransformer.Gpu.Tests;

// A test project is a program: the tests start it again under other drivers.
return args is [KernelSuiteProgram.Verb, .. string[] rest]
    ? KernelSuiteProgram.Run(rest)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args).ConfigureAwait(false);
