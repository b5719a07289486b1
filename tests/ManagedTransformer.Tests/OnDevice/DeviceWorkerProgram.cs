using System.Text.Json;
using ManagedTransformer.Gpu;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden;

namespace ManagedTransformer.Tests.OnDevice;

/// <summary>
/// Computes on one device what tests ask for: requests are lines of a verb and arguments between tabulators on standard input, answers JSON
/// strings on standard output, empty where all is well.
/// </summary>
internal static class DeviceWorkerProgram
{
    /// <summary>The first argument that means this program rather than the test runner.</summary>
    public const string Verb = "device-worker";

    /// <summary>Asks for a golden case: its path.</summary>
    public const string GoldenRequest = "golden";

    /// <summary>Asks for what must hold for an architecture: its name.</summary>
    public const string ArchitectureRequest = "architecture";

    /// <summary>Asks whether the device's memory stays the same over 2,000 updates of an architecture: its name.</summary>
    public const string MemoryRequest = "memory";

    /// <summary>Asks whether replayed updates have the bits of others: the case's name.</summary>
    public const string ReplayRequest = "replay";

    public static int Run(string name)
    {
        TextWriter answers = Console.Out;
        Console.SetOut(Console.Error); // nothing else may come between the answers
        GpuDevices.Register();
        Device device = Devices.Open(name);
        while (Console.In.ReadLine() is { } request)
        {
            answers.WriteLine(JsonSerializer.Serialize(Answer(request.Split('\t'), device)));
            answers.Flush();
        }

        return 0;
    }

    /// <summary>Computes an answer in this process.</summary>
    public static string Answer(string[] request, Device device)
    {
#pragma warning disable CA1031 // Whatever is thrown is the answer.
        try
        {
            using DeviceScope? _ = DeviceScope.Enter(device);
            return request[0] switch
            {
                GoldenRequest => GoldenRunner.Run(request[1]),
                ArchitectureRequest => ArchitectureCheck.Run(request[1], device),
                ReplayRequest => ReplayCheck.Run(request[1], device),
                MemoryRequest => ArchitectureCheck.RunLong(request[1], device),
                _ => $"unknown request '{request[0]}'",
            };
        }
        catch (Exception e)
        {
            return e.ToString();
        }
#pragma warning restore CA1031
    }
}
