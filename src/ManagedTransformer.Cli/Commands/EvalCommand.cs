using System.CommandLine;
using ManagedTransformer.Cli.Families;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Modules;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt eval</c></summary>
internal static class EvalCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        EvalOptions options = new();
        Option<int?> threads = CommonOptions.Threads();
        ExampleCommand command = new("eval",
            "Scores a model on a text (loss in nats per token, bits per character, perplexity), or a translation model on sentence pairs "
                + "(loss, perplexity, BLEU, chrF).",
            "mt eval out/stories",
            "mt eval out/shakespeare --data other.txt --json",
            "mt eval out/shakespeare --weights int8",
            "mt eval out/multi30k-de-en --data test.de,test.en --beam 5",
            "mt eval out/exits --data test.de,test.en --exits all --exits confidence:0.7")
        { options.Model, options.Data, options.Split, options.ContextWindow, options.Exits, options.Weights, threads, DeviceOption.Create(),
            DeviceOption.Precision(), options.Json };
        options.Search.AddTo(command);
        AdapterOptionSet adapters = new();
        adapters.AddTo(command);
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            using WeightScope weights = new(result.GetValue(options.Weights));
            TrainedModel model = TrainedModel.Open(result.GetRequiredValue(options.Model), adapters.Read(result));
            ModelFamily.Of(model).Evaluate(model, result, options, terminal);
        });
        return command;
    }
}
