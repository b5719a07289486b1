using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.LinearAttention.Conversion;
using ManagedTransformer.Cli.Imports;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
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
                    + "learnt, ELU, random Fourier or positive random feature maps in place of the softmax, which is then finetuned.",
            DefaultValueFactory = _ => DefaultTarget,
            HelpName = string.Join('|', _targets.Keys),
        };
        target.AcceptOnlyFromAmong([.. _targets.Keys]);
        Option<int?> featureSize = CommonOptions.Positive("--feature-size",
            $"Rows of the feature map of t2r, rfa and favor (default: {new LinearAttentionConfig().FeatureSize}).");
        Option<LayerChoice?> keepSoftmax = new("--keep-softmax")
        {
            Description =
                "Layers of a recurrent network that keep their softmax: every:4, each fourth from the top, "
                + "or numbers from 0 (default: none).",
            HelpName = "every:N|N,N,...",
            CustomParser = result =>
            {
                LayerChoice? choice = LayerChoice.Parse(result.Tokens[0].Value);
                if (choice is null)
                {
                    result.AddError($"--keep-softmax needs every:N or numbers of layers, not '{result.Tokens[0].Value}'");
                }

                return choice;
            },
        };
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
            "mt convert gpt2 --weights int8 --out out/gpt2-int8",
            "mt convert gpt2 --to t2r --feature-size 32 --keep-softmax every:4 --out out/gpt2-rnn")
        { source, output, target, featureSize, keepSoftmax, seed, weights, json, import.From };
        foreach (Option option in import.Others)
        {
            command.Add(option);
        }

        command.SetAction(result =>
        {
            if (result.GetValue(import.From) is { } from)
            {
                CommonOptions.Refuse(result, $"has no effect with --from {from}, which writes a model folder", target, featureSize,
                    keepSoftmax, seed, weights);
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
            if (_targets[to] is ConversionTarget.Transformer or ConversionTarget.Gpt2 or ConversionTarget.Llama)
            {
                CommonOptions.Refuse(result, $"applies to recurrent networks (--to t2r, elu, rfa or favor); {to} is none", featureSize,
                    keepSoftmax, seed);
            }
            else if (_targets[to] is ConversionTarget.Elu)
            {
                CommonOptions.Refuse(result, "applies to --to t2r, rfa and favor; the map of elu has no size and no initial values",
                    featureSize, seed);
            }

            if (_targets[to] is not ConversionTarget.Transformer)
            {
                CommonOptions.Refuse(result, $"applies to --to {DefaultTarget}; {to} is written in float32", weights);
            }

            ConversionOptions options = new()
            {
                Target = _targets[to],
                Weights = result.GetValue(weights),
                FeatureSize = result.GetValue(featureSize),
                KeepSoftmax = result.GetValue(keepSoftmax) ?? LayerChoice.None,
                Seed = result.GetValue(seed) ?? 1,
            };
            Write(terminal, ModelConversion.Run(result.GetRequiredValue(source), folder, options), to, folder, result.GetValue(json));
        });
        return command;
    }

    private static void Write(Terminal terminal, ConversionResult result, string to, string folder, bool json)
    {
        LanguageModel model = result.Model;
        long parameters = model.Network.ParameterCount;
        if (json)
        {
            JsonOutput.Write(terminal.Output, new JsonObject
            {
                ["to"] = to,
                ["out"] = folder,
                ["parameters"] = parameters,
                ["rounded"] = result.Rounded is { } type ? CommonOptions.WeightsName(type) : null,
                ["new"] = new JsonArray([.. result.NewTensors.Select(name => (JsonNode)name)]),
            });
            return;
        }

        terminal.Output.WriteLine($"Wrote {parameters:N0} parameters as {to} to {folder}.");
        if (result.Rounded is { } rounded)
        {
            terminal.Output.WriteLine(
                $"The source stores its matrices as {CommonOptions.WeightsName(rounded)}; what is written is these rounded values in float32.");
        }

        if (model.Network.Config.Linear is not null && _targets[to] is not ConversionTarget.Transformer)
        {
            string created = result.NewTensors.Count == 0 ? "" : $"New, with initial values: {string.Join(", ", result.NewTensors)}. ";
            terminal.Output.WriteLine($"{created}Finetune it before use: mt train RECIPE --init {folder}");
        }
    }
}
