using ManagedTransformer.Soak;
using ManagedTransformer.Soak.Faults;
using ManagedTransformer.Soak.Processes;

// Trains, evaluates and serves small models while processes are killed, disks are full and so on, and checks behind each fault what the
// documents promise.
(string[] arguments, bool canMount) = SmallDisk.Enter(args);
if (SoakOptions.Read(arguments) is not { } options)
{
    Console.Error.WriteLine(SoakOptions.Usage);
    return 2;
}

string[] known = [.. Fault.CreateAll().Select(fault => fault.Name)];
if (options.Only.Except(known).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine($"There is no fault '{unknown}', but {string.Join(", ", known)}.");
    return 2;
}

try
{
    Directory.CreateDirectory(options.Folder);
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"The folder '{options.Folder}' cannot be made: {e.Message}");
    return 2;
}

SoakRun run = new(options, canMount);
int exitCode = 0;
try
{
    run.Run();
}
catch (BrokenPromiseException e)
{
    Console.WriteLine($"BROKEN: {e.Message}");
    exitCode = 1;
}

Console.Write(run.Tally);
return exitCode;
