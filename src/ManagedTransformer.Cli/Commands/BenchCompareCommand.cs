using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Families;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using Spectre.Console;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt bench compare</c></summary>
internal static class BenchCompareCommand
{
    private const float DefaultSeconds = 0.3f;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<string[]?> recipes = new("--recipe")
        {
            Description =
                "Recipes whose training steps and generation are measured (default: "
                + $"{string.Join(", ", DeviceComparison.StandardRecipes)}).",
            HelpName = "RECIPE ...",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string?> data = CommonOptions.Data("The text that decides the vocabulary of recipes that do not say it.");
        Option<string> first = DeviceOption.Create("--first", "cpu", "The device that is compared with."),
            second = DeviceOption.Create("--second", Devices.Gpu, "The device that is compared.");
        Option<float?> seconds = CommonOptions.Real("--seconds",
            $"About how long to measure each piece of work (default: {DefaultSeconds.ToString(CultureInfo.InvariantCulture)}).",
            value => value > 0, "above 0");
        Option<string[]?> only = new("--only")
        {
            Description = $"Measure these groups only: {string.Join(", ", DeviceComparison.Groups)} (default: all).",
            HelpName = "GROUP ...",
            AllowMultipleArgumentsPerToken = true,
        };
        only.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.Length > 0
                && !DeviceComparison.Groups.Contains(token.Value)) is { } unknown)
            {
                result.AddError($"--only knows {string.Join(", ", DeviceComparison.Groups)}, not '{unknown.Value}'");
            }
        });
        Option<int?> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json(isLines: true);
        ExampleCommand command = new("compare",
            "Measures kernels, matrix products, attention, training steps and generation on two devices in turns.",
            "mt bench compare",
            "mt bench compare --second cuda:0 --recipe stories enwiki-pkm",
            "mt bench compare --only product attention --json")
        { recipes, data, first, second, only, seconds, threads, json };
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            string[] names = CommonOptions.Given(result, recipes, [.. DeviceComparison.StandardRecipes]);
            (string, Recipe)[] loaded =
                [.. names.Select(NamedRecipe.Load).Select(named => (named.Name, Resolve(named, result.GetValue(data))))];
            Device one = DeviceOption.Open(result.GetRequiredValue(first), terminal),
                other = DeviceOption.Open(result.GetRequiredValue(second), terminal);
            bool isJson = result.GetValue(json);
            ProgressLine progress = terminal.ProgressFor(isJson);
            IReadOnlyList<DeviceRate> rates = DeviceComparison.Run(one, other, loaded, result.GetValue(seconds) ?? DefaultSeconds,
                result.GetValue(only) is { Length: > 0 } groups ? groups : null, rate =>
                {
                    progress.Update($"{rate.Group}: {rate.Work}");
                    if (isJson)
                    {
                        JsonOutput.Write(terminal.Output, ToJson(rate, one, other));
                    }
                });
            if (!isJson)
            {
                terminal.Write(Draw(rates, one, other));
            }
        });
        return command;
    }

    private static Recipe Resolve(NamedRecipe named, string? data) =>
        ModelFamily.Of(named.Recipe).WithVocabulary(named.Recipe, named.Source, data);

    private static Table Draw(IReadOnlyList<DeviceRate> rates, Device first, Device second)
    {
        Table table = new Table().Border(TableBorder.Simple);
        table.AddColumn("").AddColumn("Work").AddColumn("Unit");
        table.AddColumn(new TableColumn(first.Name).RightAligned()).AddColumn(new TableColumn(second.Name).RightAligned())
            .AddColumn(new TableColumn("Ratio").RightAligned());
        string group = "";
        foreach (DeviceRate rate in rates)
        {
            table.AddRow(new Text(rate.Group == group ? "" : rate.Group), new Text(rate.Work), new Text(rate.Unit),
                new Text(Rounded(rate.First)), new Text(Rounded(rate.Second)), new Text(FormattableString.Invariant($"{rate.Ratio:F2}")));
            group = rate.Group;
        }

        return table;
    }

    private static string Rounded(double rate) => rate.ToString(rate < 100 ? "N1" : "N0", CultureInfo.InvariantCulture);

    private static JsonObject ToJson(DeviceRate rate, Device first, Device second) => new()
    {
        ["group"] = rate.Group,
        ["work"] = rate.Work,
        ["unit"] = rate.Unit,
        ["first_device"] = first.Name,
        ["second_device"] = second.Name,
        ["first"] = JsonOutput.Number(rate.First),
        ["second"] = JsonOutput.Number(rate.Second),
        ["ratio"] = JsonOutput.Number(rate.Ratio),
    };
}
