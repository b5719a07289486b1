using System.CommandLine;
using System.Text.RegularExpressions;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Cli.Options;

/// <summary>
/// <c>--device</c> and <c>--precision</c>: where a command computes, and how exactly. Whoever has them runs inside a
/// <see cref="DeviceScope"/>.
/// </summary>
internal static partial class DeviceOption
{
    private const string Name = "--device", PrecisionName = "--precision", Cpu = "cpu", PrecisionKey = "training.precision";

    /// <summary><c>--device</c></summary>
    public static Option<string> Create() =>
        Create(Name, Cpu, "Where to compute: on the processor (default), on the best GPU found, or on a certain one.");

    /// <summary>An option that names a device.</summary>
    public static Option<string> Create(string name, string standard, string description)
    {
        Option<string> option = new(name)
        {
            Description = description,
            DefaultValueFactory = _ => standard,
            HelpName = "cpu|gpu|cuda[:N]|opencl[:N]",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value.Length: > 0 } token] && !Known().IsMatch(token.Value))
            {
                result.AddError($"{name} knows cpu, gpu, cuda, cuda:N, opencl and opencl:N, not '{token.Value}'");
            }
        });
        return option;
    }

    /// <summary><c>--precision</c></summary>
    public static Option<MatMulPrecision?> Precision() => new(PrecisionName)
    {
        Description =
            "How operands of matrix products are rounded: float32 (default: not), tf32 or bfloat16; sums stay in float32. Faster on CUDA "
            + "devices with tensor cores, whose attention follows; a processor shows the result alone. Integer weights are not rounded.",
        HelpName = "float32|tf32|bfloat16",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            foreach (MatMulPrecision precision in Enum.GetValues<MatMulPrecision>())
            {
                if (text == NameOf(precision))
                {
                    return precision;
                }
            }

            result.AddError($"{PrecisionName} knows float32, tf32 and bfloat16, not '{text}'");
            return null;
        },
    };

    /// <summary>
    /// What <c>--precision</c> changes of a recipe, so that a run's folder tells it and <c>--resume</c> keeps it.
    /// </summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="option">Made by <see cref="Precision"/>.</param>
    /// <param name="set">Changes of <c>--set</c>.</param>
    /// <exception cref="UsageException">One of these is of the precision too.</exception>
    public static IReadOnlyList<string> RecipeChanges(ParseResult parsed, Option<MatMulPrecision?> option, IEnumerable<string> set)
    {
        if (parsed.GetValue(option) is not { } precision)
        {
            return [];
        }

        return SetChanges.Giving(set, PrecisionKey) is { } given
            ? throw new UsageException($"{PrecisionName} is {NameOf(precision)} and --set gives {given}: leave one out.")
            : [$"{PrecisionKey}={NameOf(precision)}"];
    }

    /// <summary>Opens a scope with the precision that a recipe states, unless the command line gives another.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="option">Made by <see cref="Precision"/>.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="source">Names it in errors.</param>
    /// <exception cref="InputException">The device lacks it.</exception>
    public static MatMulPrecisionScope OpenPrecision(
        ParseResult parsed, Option<MatMulPrecision?> option, Recipe recipe, string? source)
    {
        TrainingPrecision? stated = recipe switch
        {
            LanguageModelRecipe language => language.Training.Precision,
            TranslationRecipe translation => translation.Training.Precision,
            _ => null,
        };
        MatMulPrecision? precision = parsed.GetValue(option) ?? (MatMulPrecision?)stated;
        return precision is not { } wanted || Device.Current.MatMulPrecisions.Contains(wanted)
            ? new MatMulPrecisionScope(precision)
            : throw new InputException(
                $"{source}: {PrecisionKey} is {NameOf(wanted)}, which {Device.Current.Name} does not have; {PrecisionName} float32 measures "
                + "it there.");
    }

    /// <summary>
    /// Opens the device that was asked for, and a scope that places what the command makes there; null for the processor, or where a
    /// command has no such option.
    /// </summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="terminal">Told which device it is.</param>
    /// <exception cref="DeviceException">There is no such device.</exception>
    public static DeviceScope? Open(ParseResult parsed, Terminal terminal)
    {
        if (Find<string>(parsed, Name) is not { } option || parsed.Errors.Count > 0 || parsed.GetValue(option) is not { } name)
        {
            return null;
        }

        return DeviceScope.Enter(Open(name, terminal));
    }

    /// <summary>Opens a scope with the precision that was asked for, once the device is open.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="UsageException">The device lacks it.</exception>
    public static MatMulPrecisionScope OpenPrecision(ParseResult parsed)
    {
        if (Find<MatMulPrecision?>(parsed, PrecisionName) is not { } option || parsed.Errors.Count > 0
            || parsed.GetValue(option) is not { } precision)
        {
            return new MatMulPrecisionScope(null);
        }

        Device device = Device.Current;
        return device.MatMulPrecisions.Contains(precision)
            ? new MatMulPrecisionScope(precision)
            : throw new UsageException(
                $"{PrecisionName}: {device.Name} multiplies matrices in "
                + $"{string.Join(", ", device.MatMulPrecisions).ToLowerInvariant()} only.");
    }

    /// <summary>Opens a device, and says which it is unless it is the processor.</summary>
    /// <exception cref="DeviceException">There is no such device.</exception>
    public static Device Open(string name, Terminal terminal)
    {
        if (name == Cpu)
        {
            return Device.Cpu;
        }

        RegisterAll();
        Device device = Devices.Open(name);
        terminal.Error.WriteLine($"Computing on {device.Name}: {device.Description}.");
        return device;
    }

    /// <summary>Makes all devices known that this program can use.</summary>
    public static void RegisterAll()
    {
#if MT_GPU
        Gpu.GpuDevices.Register();
#endif
    }

    // As recipes have it.
    private static string NameOf(MatMulPrecision precision) => precision.ToString().ToLowerInvariant();

    private static Option<T>? Find<T>(ParseResult parsed, string name) =>
        parsed.CommandResult.Command.Options.FirstOrDefault(option => option.Name == name) as Option<T>;

    [GeneratedRegex("^(cpu|gpu|(cuda|opencl)(:[0-9]{1,4})?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Known();
}
