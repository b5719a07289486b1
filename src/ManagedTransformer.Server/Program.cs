using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using ManagedTransformer;
using ManagedTransformer.Cli;
using ManagedTransformer.Server;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Tensors;

const int done = 0, failed = 1, wrongUsage = 2;
ParseResult parsed = ServeCommand.Create(Serve).Parse(
    args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
if (parsed.Action is ParseErrorAction)
{
    Console.Error.WriteLine($"{parsed.Errors[0].Message.TrimEnd('.')}; 'mt-serve --help' shows the usage.");
    return wrongUsage;
}

try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (UsageException e)
{
    Console.Error.WriteLine(e.Message);
    return wrongUsage;
}
catch (Exception e) when (e is InputException or DeviceException or IOException or UnauthorizedAccessException or InvalidDataException)
{
    Console.Error.WriteLine(e.Message.ReplaceLineEndings(" "));
    return failed;
}

// Serves until a signal; a second one ends the wait for requests that are being answered.
static int Serve(ServerOptions options, Func<ServedModels> load, bool isQuiet)
{
    using CancellationTokenSource stop = new(), atOnce = new();
    int number = 0;
    (PosixSignal Signal, int Number)[] known = [(PosixSignal.SIGINT, 2), (PosixSignal.SIGTERM, 15)];
    PosixSignalRegistration[] signals = [.. known.Select(entry => PosixSignalRegistration.Create(entry.Signal, context =>
    {
        context.Cancel = true;
        (Interlocked.CompareExchange(ref number, entry.Number, 0) == 0 ? stop : atOnce).Cancel();
    }))];
    ServeAsync(options, load, isQuiet, stop.Token, atOnce.Token).GetAwaiter().GetResult();
    Array.ForEach(signals, signal => signal.Dispose());
    return number == 0 ? done : 128 + number;
}

static async Task ServeAsync(
    ServerOptions options, Func<ServedModels> load, bool isQuiet, CancellationToken stop, CancellationToken atOnce)
{
    ServedModels models = load();
    await using ModelServer server = await ModelServer.StartAsync(
        models, options, isQuiet ? TextWriter.Null : TextWriter.Synchronized(Console.Error));
    Console.WriteLine($"Serving {string.Join(", ", models.All.Select(model => model.Name))} at {server.Address}");
    await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, TaskScheduler.Default);
    Console.WriteLine("Stopping: no further requests are taken.");
    await server.StopAsync(atOnce);
}
