using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Cli.Imports;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Conversion;
using ManagedTransformer.Import;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt convert</c></summary>
internal static class ConvertCommand
{
    private const string DefaultTarget = "transformer";

    private static readonly Dictionary<string, ConversionTarget> _targets = new()
    {
        [DefaultTarget] = ConversionTarget.Transformer,
        ["gpt2"] = ConversionTarget.Gpt2,
        ["llama"] = ConversionTarget.Llama,
        ["t2r"] = ConversionTarget.T2R,
        ["elu"] = ConversionTarget.Elu,
        ["rfa"] = ConversionTarget.Rfa,
        ["favor"] = ConversionTarget.Favor,
        ["lolcats"] = ConversionTarget.Lolcats,
    };

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> source = new("SOURCE")
        {
            Description = "A language model: a model folder, the output folder of a training run, or a folder of a GPT-2, Llama, Mistral "
                + "or Qwen as Hugging Face's transformers writes it. With --from: a checkpoint that PyTorch wrote.",
        };
        Option<string> output = new("--out")
        {
            Description = "Folder for the result; it must be new or empty.",
            HelpName = "DIR",
            Required = true,
        };
        Option<string> target = new("--to")
        {
            Description =
                "What to write: transformer, a model folder of this tool; gpt2, a folder that readers of GPT-2 understand; llama, one "
                    + "for readers of Llama, Mistral and Qwen; t2r, elu, rfa or favor, a recurrent network with "
                    + "learnt, ELU, random Fourier or positive random feature maps in place of the softmax, which is then finetuned; "
                    + "lolcats, one of a Llama, Mistral or Qwen whose maps learn to copy its softmax.",
            DefaultValueFactory = _ => DefaultTarget,
            HelpName = string.Join('|', _targets.Keys),
        };
        CommonOptions.AcceptOnly(target, [.. _targets.Keys]);
        Option<int?> featureSize = CommonOptions.Positive("--feature-size",
            $"Rows of the feature map of t2r, rfa and favor (default: {new LinearAttentionConfig().FeatureSize}) and lolcats (default: half "
                + "the head's width for --map hedgehog, all of it for t2r).");
        LolcatsOptionSet lolcats = new();
        Option<LayerChoice?> keepSoftmax = CommonOptions.KeepSoftmax("Layers of a recurrent network that keep their softmax");
        Option<bool> merge = new("--merge-lora")
        {
            Description = "Fold the adapters of the model into its weights first, so that the result needs no other folder.",
        };
        AdapterOptionSet adapters = new();
        Option<ulong?> seed = CommonOptions.Seed("Decides the initial values of feature maps (default: 1).");
        Option<DType?> weights = CommonOptions.Weights(
            "How --to transformer stores matrices: f32 (default), bf16, int8 or int4, as mt generate would round them.");
        Option<bool> json = CommonOptions.Json();
        ImportOptionSet import = new();
        ExampleCommand command = new("convert",
            "Turns the folder of a language model into one of another kind, or a checkpoint of PyTorch into a model folder.",
            "mt convert gpt2 --out out/gpt2",
            "mt convert out/stories-bpe --to gpt2 --out exported",
            "mt convert checkpoint_best.pt --from fairseq --data data-bin --out out/fairseq",
            "mt convert out/lora --merge-lora --out out/merged",
            "mt convert gpt2 --weights int8 --out out/gpt2-int8",
            "mt convert gpt2 --to t2r --feature-size 32 --keep-softmax every:4 --out out/gpt2-rnn",
            "mt convert smollm2-135m --to lolcats --window standard --window-size 32 --out out/smollm2-rnn")
        { source, output, target, featureSize, keepSoftmax, lolcats.Map, lolcats.Window, lolcats.WindowSize, merge, seed, weights,
            json, import.From };
        adapters.AddTo(command);
        foreach (Option option in import.Others)
        {
            command.Add(option);
        }

        command.SetAction(result =>
        {
            if (result.GetValue(import.From) is { } from)
            {
                CommonOptions.Refuse(result, $"has no effect with --from {from}, which writes a model folder",
                    [target, featureSize, keepSoftmax, seed, weights, merge, adapters.Base, adapters.Adapter, .. lolcats.All]);
                string folderOfImport = result.GetRequiredValue(output);
                ImportView.Write(
                    terminal,
                    ModelImport.Run(result.GetRequiredValue(source), folderOfImport, import.Read(result)),
                    from,
                    folderOfImport,
                    result.GetValue(json));
                return;
            }

            CommonOptions.Refuse(result, "applies to checkpoints of other programs (--from KIND)", import.Others);
            string to = result.GetRequiredValue(target), folder = result.GetRequiredValue(output);
            Refuse(result, _targets[to], to, [featureSize, keepSoftmax], seed, lolcats);
            if (result.GetValue(merge) && _targets[to] is ConversionTarget.Transformer && result.GetValue(weights) is null)
            {
                Merge(terminal, result.GetRequiredValue(source), adapters.Read(result), folder, result.GetValue(json));
                return;
            }

            if (_targets[to] is not ConversionTarget.Transformer)
            {
                CommonOptions.Refuse(result, $"applies to --to {DefaultTarget}; {to} is written in float32", weights);
            }

            ConversionOptions options = new()
            {
                Target = _targets[to],
                MergeAdapter = result.GetValue(merge),
                Adapter = adapters.Read(result),
                Weights = result.GetValue(weights),
                FeatureSize = result.GetValue(featureSize),
                KeepSoftmax = result.GetValue(keepSoftmax) ?? LayerChoice.None,
                Map = result.GetValue(lolcats.Map),
                Window = result.GetValue(lolcats.Window),
                WindowSize = result.GetValue(lolcats.WindowSize),
                Seed = result.GetValue(seed) ?? 1,
            };
            Write(terminal, ModelConversion.Run(result.GetRequiredValue(source), folder, options), to, folder, result.GetValue(json));
        });
        return command;
    }

    private static void Refuse(
        ParseResult result, ConversionTarget target, string name, Option[] recurrent, Option seed, LolcatsOptionSet lolcats)
    {
        if (target is ConversionTarget.Transformer or ConversionTarget.Gpt2 or ConversionTarget.Llama)
        {
            CommonOptions.Refuse(
                result, $"applies to recurrent networks (--to t2r, elu, rfa, favor or lolcats); {name} is none", [.. recurrent, seed]);
        }

        if (target is ConversionTarget.Elu)
        {
            CommonOptions.Refuse(
                result, "applies to --to t2r, rfa and favor; the map of elu has no size and no initial values", [recurrent[0], seed]);
        }

        if (target is ConversionTarget.Lolcats)
        {
            CommonOptions.Refuse(result, "has no effect with --to lolcats, whose maps begin with the head's own dimensions", seed);
            lolcats.Validate(result);
        }
        else
        {
            CommonOptions.Refuse(result, "applies to --to lolcats", lolcats.All);
        }
    }

    // A model of any kind, which stays what it is.
    private static void Merge(Terminal terminal, string source, AdapterOptions? adapter, string folder, bool json)
    {
        CheckpointFolder.RequireFree(folder);
        TrainedModel model = TrainedModel.Open(source, adapter);
        model.MergeAdapter();
        model.SaveNew(folder);
        Write(terminal, DefaultTarget, folder, model.ParameterCount, [], null, json);
    }

    private static void Write(
        Terminal terminal, string to, string folder, long parameters, IReadOnlyList<string> created, DType? rounded, bool json)
    {
        if (!json)
        {
            terminal.Output.WriteLine($"Wrote {parameters:N0} parameters as {to} to {folder}.");
            if (rounded is { } source)
            {
                terminal.Output.WriteLine(
                    $"The source stores its matrices as {CommonOptions.WeightsName(source)}; what is written is these rounded values in float32.");
            }

            return;
        }

        JsonOutput.Write(terminal.Output, new JsonObject
        {
            ["to"] = to,
            ["out"] = folder,
            ["parameters"] = parameters,
            ["rounded"] = rounded is { } type ? CommonOptions.WeightsName(type) : null,
            ["new"] = new JsonArray([.. created.Select(name => (JsonNode)name)]),
        });
    }

    private static void Write(Terminal terminal, ConversionResult result, string to, string folder, bool json)
    {
        LanguageModel model = result.Model;
        Write(terminal, to, folder, model.Network.ParameterCount, result.NewTensors, result.Rounded, json);
        if (json || _targets[to] is ConversionTarget.Transformer or ConversionTarget.Gpt2 or ConversionTarget.Llama)
        {
            return;
        }

        string created = result.NewTensors.Count == 0 ? "" : $"New, with initial values: {string.Join(", ", result.NewTensors)}. ";
        terminal.Output.WriteLine(_targets[to] is ConversionTarget.Lolcats
            ? $"{created}Train it before use: mt train linearize-transfer --init {folder}; mt linearize does that and more."
            : $"{created}Finetune it before use: mt train RECIPE --init {folder}");
    }
}
