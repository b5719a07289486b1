using System.CommandLine;
using System.Text.RegularExpressions;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Cli;

/// <summary><c>--device</c>: where a command computes. Whoever has the option runs inside a <see cref="DeviceScope"/>.</summary>
internal static partial class DeviceOption
{
    private const string Name = "--device", Cpu = "cpu";

    /// <summary>The option.</summary>
    public static Option<string> Create()
    {
        Option<string> option = new(Name)
        {
            Description = "Where to compute: on the processor (default), on the best GPU found, or on a certain one.",
            DefaultValueFactory = _ => Cpu,
            HelpName = "cpu|gpu|cuda[:N]|opencl[:N]",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value.Length: > 0 } token] && !Known().IsMatch(token.Value))
            {
                result.AddError($"{Name} knows cpu, gpu, cuda, cuda:N, opencl and opencl:N, not '{token.Value}'");
            }
        });
        return option;
    }

    /// <summary>Opens the device that was asked for, and a scope that places what the command makes there; null for the processor, or where a command has no such option.</summary>
    /// <param name="parsed">The command line.</param><param name="terminal">Told which device it is.</param>
    /// <exception cref="DeviceException">There is no such device.</exception>
    public static DeviceScope? Open(ParseResult parsed, Terminal terminal)
    {
        if (parsed.CommandResult.Command.Options.FirstOrDefault(option => option.Name == Name) is not Option<string> option
            || parsed.Errors.Count > 0 || parsed.GetValue(option) is not { } name || name == Cpu)
        {
            return null;
        }

#if MT_GPU
        Gpu.GpuDevices.Register();
#endif
        Device device = Devices.Open(name);
        terminal.Error.WriteLine($"Computing on {device.Name}: {device.Description}.");
        return new DeviceScope(device);
    }

    [GeneratedRegex("^(cpu|gpu|(cuda|opencl)(:[0-9]{1,4})?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Known();
}
