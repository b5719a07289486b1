using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Families;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt bench train</c></summary>
internal static class BenchTrainCommand
{
    private const int DefaultSteps = 20;

    // Every size of it is overridden.
    private static readonly LanguageModelRecipe _standard = new()
    {
        Architecture = Recipe.TransformerLanguageModel,
        Model = new LanguageModelConfig
        {
            Dim = 1,
            Layers = 1,
            Heads = 1,
            Activation = Activation.Gelu,
            Positions = PositionKind.Learned,
            MaxPositions = 1,
            Init = InitializationScheme.Gpt2,
        },
    };

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<int?> layers = CommonOptions.Positive("--layers", "Number of layers.");
        Option<int?> dim = CommonOptions.Positive("--dim", "Width of the model.");
        Option<int?> heads = CommonOptions.Positive("--heads", "Number of heads; divides the width.");
        Option<int?> sequence = CommonOptions.Positive("--seq",
            "Tokens per row (default with a recipe: its context; of either sentence of a translation model: "
            + $"{TranslationFamily.DefaultSentence}).");
        Option<int?> batch = CommonOptions.Positive("--batch", "Rows per batch.");
        Option<int?> vocab = CommonOptions.Positive("--vocab", "Size of the vocabulary.");
        Option<string?> recipe = new("--recipe")
        {
            Description =
                "Measure this recipe's model, optimiser, batch and context; the sizes above then override it, "
                + "on both sides of a translation model.",
            HelpName = "RECIPE",
        };
        Option<int?> steps = CommonOptions.Positive(
            "--steps", $"Steps to measure, after two seconds of warm-up (default: {DefaultSteps}).");
        Option<bool> profile = new("--profile")
        {
            Description =
                "Then time every kernel of as many steps more, and state the model-FLOPs utilisation (MFU): 3 x FLOPs of a forward pass's "
                + "products / time of a step / rate of a matrix product of 1024 x 1024 x 1024, and of arithmetic in registers.",
        };
        Option<string?> card = new("--card")
        {
            Description =
                "With --profile: also predict the time of every kernel on this graphics card, from counted operations and bytes and the "
                + $"ceilings of its data sheet: {string.Join(", ", CardCeilings.All.Select(known => known.Name))}.",
            HelpName = "CARD",
        };
        Option<bool> replay = new("--replay")
        {
            Description =
                "On a GPU: measure steps whose forward and backward are replayed, as mt train --replay does it, in turns with steps that "
                + "compute them.",
        };
        Option<int?> threads = CommonOptions.Threads();
        Option<MatMulPrecision?> precision = DeviceOption.Precision();
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("train",
            "Measures training steps (forward, backward, AdamW) of a pre-norm GELU language model with learned positions and tied output, "
            + "or of a recipe with its optimiser.",
            "mt bench train --layers 4 --dim 128 --heads 4 --seq 128 --batch 8 --vocab 256 --json",
            "mt bench train --recipe enwiki-span-adaptive --profile",
            "mt bench train --layers 6 --dim 256 --heads 8 --seq 256 --batch 8 --vocab 256 --steps 1 --profile --card h200",
            "mt bench train --recipe multi30k-delight --seq 24")
        { layers, dim, heads, sequence, batch, vocab, recipe, steps, profile, card, replay, threads,
            DeviceOption.Create(), precision, json };
        command.Validators.Add(result =>
        {
            Option<int?>[] options = [layers, dim, heads, sequence, batch, vocab];
            if (result.GetResult(recipe) is null && options.FirstOrDefault(option => result.GetResult(option) is null) is { } missing)
            {
                result.AddError($"Option '{missing.Name}' is required where no --recipe is given");
            }

            if (result.GetValue(card) is { } name && CardCeilings.All.All(known => known.Name != name))
            {
                result.AddError($"--card knows {string.Join(", ", CardCeilings.All.Select(known => known.Name))}, not '{name}'");
            }
            else if (result.GetResult(card) is not null && !result.GetValue(profile))
            {
                result.AddError("--card needs --profile, which counts what the kernels do");
            }

            if (result.GetValue(replay) && result.GetValue(profile))
            {
                result.AddError("--profile times kernels that operators ask for, which --replay leaves out: give one of them");
            }
        });
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            NamedRecipe? named = result.GetValue(recipe) is { } name ? NamedRecipe.Load(name) : null;
            TrainingSizes sizes = new(
                result.GetValue(layers), result.GetValue(dim), result.GetValue(heads), result.GetValue(sequence), result.GetValue(batch),
                result.GetValue(vocab), result.GetValue(steps) ?? DefaultSteps);
            Recipe loaded = named?.Recipe ?? _standard;
            using MatMulPrecisionScope scope = DeviceOption.OpenPrecision(result, precision, loaded, named?.Source);
            TrainingMeasurement measured =
                ModelFamily.Of(loaded).MeasureTraining(loaded, named?.Source, sizes, result.GetValue(profile), result.GetValue(replay));
            CardCeilings? ceilings = CardCeilings.All.FirstOrDefault(known => known.Name == result.GetValue(card));
            Write(terminal, measured, ceilings, result.GetValue(json));
        });
        return command;
    }

    private static string Without(TrainingMeasurement measured) =>
        measured.MillisecondsWithoutReplay is { } without ? $" ({without:F2} ms without replay)" : "";

    private static void Write(Terminal terminal, TrainingMeasurement measured, CardCeilings? card, bool json)
    {
        if (!json)
        {
            terminal.Output.WriteLine(
                $"{measured.Milliseconds:F2} ms per step{Without(measured)}, {measured.TokensPerSecond:N0} tokens/s, {measured.Parameters:N0} parameters, "
                + $"{measured.PeakMebibytes:N0} MiB at most, {measured.AllocatedBytesPerStep:N0} managed bytes per step");
            if (measured.Profile is not null)
            {
                ProfileTable.Draw(terminal, measured.Profile, card);
            }

            return;
        }

        JsonObject result = new()
        {
            ["ms"] = JsonOutput.Number(measured.Milliseconds),
            ["tokens_per_s"] = JsonOutput.Number(measured.TokensPerSecond),
            ["parameters"] = measured.Parameters,
            ["peak_mib"] = JsonOutput.Number(measured.PeakMebibytes),
            ["allocated_bytes_per_step"] = measured.AllocatedBytesPerStep,
        };
        if (measured.MillisecondsWithoutReplay is { } without)
        {
            result["ms_without_replay"] = JsonOutput.Number(without);
        }

        if (measured.Profile is not null)
        {
            ProfileTable.AddTo(result, measured.Profile, card);
        }

        JsonOutput.Write(terminal.Output, result);
    }
}
