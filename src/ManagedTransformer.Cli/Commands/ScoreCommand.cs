using System.CommandLine;
using ManagedTransformer.Cli.Families;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Files;
using ManagedTransformer.Modules;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt score</c></summary>
internal static class ScoreCommand
{
    private const string FromInput = "-";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        ScoreOptions options = new();
        Option<int?> threads = CommonOptions.Threads();
        ExampleCommand command = new("score",
            "Prints the log-probability of every token of texts or translations, in nats, by all layers of a model.",
            "mt score out/stories --text \"Once upon a time there was a cat.\"",
            "mt score out/stories --data lines.txt --json",
            "mt score gpt2 --ids 464,2068,7586 --logits --json",
            "mt score out/multi30k-de-en --source \"ein hund rennt .\" --text \"a dog runs .\"")
        {
            options.Model, options.Text, options.Data, options.Ids, options.Source, options.SourceIds, options.Logits, options.Weights,
            threads, DeviceOption.Create(), DeviceOption.Precision(), options.Json,
        };
        AdapterOptionSet adapters = new();
        adapters.AddTo(command);
        command.Validators.Add(result =>
        {
            int given = new Option[] { options.Text, options.Data, options.Ids }.Count(option => result.GetResult(option) is not null);
            if (given != 1)
            {
                result.AddError("One of --text, --data and --ids is needed, and no more");
            }
        });
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            bool json = result.GetValue(options.Json);
            if (!json)
            {
                CommonOptions.Refuse(result, "needs --json", options.Logits);
            }

            string? text = result.GetValue(options.Text) is { } given
                ? given == FromInput ? Utf8Text.Read(terminal.RequireInput(), Terminal.InputName) : Utf8Text.Clean(given)
                : null;
            using WeightScope weights = new(result.GetValue(options.Weights));
            TrainedModel model = TrainedModel.Open(result.GetRequiredValue(options.Model), adapters.Read(result));
            foreach (TextScore score in ModelFamily.Of(model).Score(model, result, options, text))
            {
                TokenScores.Write(terminal, score, model, json);
            }
        });
        return command;
    }
}
