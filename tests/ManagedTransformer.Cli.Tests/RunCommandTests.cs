using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ManagedTransformer.Cli.Reports;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>What a run leaves to be looked at, and the commands that look at it: <c>mt compare</c> and <c>mt report</c>.</summary>
public sealed partial class RunCommandTests : IDisposable
{
    private const string Hostile = "<script>alert('1')</script> & \"q\"";

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void SecondsGoOnWhereARunIsResumed()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        double before = JsonDocument.Parse(File.ReadAllText(_work["out/last/trainer.json"])).RootElement.GetProperty("seconds").GetDouble();
        Assert.Equal(0, _work.Train("out", "--resume", "--steps", "40").ExitCode);
        (long Step, double Seconds)[] lines =
        [
            .. File.ReadLines(_work["out/log.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement)
                .Select(line => (line.GetProperty("step").GetInt64(), line.GetProperty("seconds").GetDouble())),
        ];
        Assert.Equal(40, lines[^1].Step);
        Assert.Equal(lines.OrderBy(line => line.Seconds), lines);
        Assert.All(lines.Where(line => line.Step > 20), line => Assert.True(line.Seconds >= before - 0.001));
        Assert.All(lines.Where(line => line.Step <= 20), line => Assert.InRange(line.Seconds, 0, before + 0.001));
        Assert.True(lines[^1].Seconds > 0);
        JsonElement run = Workspace.Run("compare", _work["out"], "--json").Json.GetProperty("runs")[0];
        Assert.Equal("40", run.GetProperty("configuration").GetProperty("training.steps").GetString());
    }

    [Fact]
    public void TheRecipeOfARunRepeatsIt()
    {
        Assert.Equal(0, _work.Train("out", "--steps", "15").ExitCode);
        Assert.Equal(0, Workspace.Run("train", _work["out/recipe.json"], "--out", _work["again"]).ExitCode);
        Assert.Equal(_work.LastCheckpoint("out").Weights, _work.LastCheckpoint("again").Weights);
        Assert.Equal(File.ReadAllBytes(_work["out/recipe.json"]), File.ReadAllBytes(_work["again/recipe.json"]));
    }

    [Fact]
    public void CompareMarksInWhatRunsDiffer()
    {
        TrainTwo();
        ToolResult table = Workspace.Run("compare", _work["first"], _work["second"]);
        Assert.True(table.ExitCode == 0, table.Error);
        string[] keys = [.. ToolResult.Lines(table.Output).Select(line => line.Trim().Split(' ')[0])];
        Assert.Contains("model.dim", keys);
        Assert.Contains("training.schedule.lr", keys);
        Assert.DoesNotContain("model.layers", keys);
        Assert.Matches(@"model\.layers +1 +1", Workspace.Run("compare", _work["first"], _work["second"], "--all").Output);

        JsonElement json = Workspace.Run("compare", _work["first"], _work["second"], "--json").Json;
        Assert.Equal(["model.dim", "training.schedule.lr"],
            json.GetProperty("differences").EnumerateArray().Select(key => key.GetString()!).Order(StringComparer.Ordinal));
        JsonElement run = json.GetProperty("runs")[1];
        Assert.Equal("second", run.GetProperty("run").GetString());
        Assert.Equal("24", run.GetProperty("configuration").GetProperty("model.dim").GetString());
        Assert.Equal(20, run.GetProperty("steps").GetInt64());
        double loss = run.GetProperty("best_loss").GetDouble();
        Assert.Equal(loss, File.ReadLines(_work["second/log.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("validation_loss", out _)).Min(line => line.GetProperty("validation_loss").GetDouble()));
        Assert.Equal(Math.Exp(loss), run.GetProperty("best_perplexity").GetDouble());
        Assert.True(run.GetProperty("parameters").GetInt64() > 0 && run.GetProperty("seconds").GetDouble() > 0
            && run.GetProperty("tokens_per_s").GetDouble() > 0);
        Assert.Equal(JsonValueKind.Null, run.GetProperty("best_bleu").ValueKind);

        string[] csv = ToolResult.Lines(Workspace.Run("compare", _work["first"], _work["second"], "--csv").Output);
        Assert.Equal(3, csv.Length);
        int column = Array.IndexOf(csv[0].Split(','), "model.dim");
        Assert.Equal(["16", "24"], csv.Skip(1).Select(line => line.Split(',')[column]));
    }

    [Fact]
    public void CompareTakesManyRunsAndARunOfAnOlderVersion()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        string[] copies = [.. Enumerable.Range(0, 7).Select(i => _work[$"run{i}"])];
        foreach (string copy in copies)
        {
            Copy(_work["out"], copy);
        }

        // As an older version wrote it.
        File.Delete(Path.Combine(copies[6], "recipe.json"));
        string log = Path.Combine(copies[6], "log.jsonl");
        File.WriteAllText(log, Seconds().Replace(File.ReadAllText(log), ""));
        JsonElement json = Workspace.Run(["compare", .. copies, "--json"]).Json;
        Assert.Empty(json.GetProperty("differences").EnumerateArray());
        Assert.Contains("no seconds", Assert.Single(json.GetProperty("notes").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.True(json.GetProperty("runs")[6].GetProperty("seconds").GetDouble() > 0);
        Assert.Contains("run6", Workspace.Run(["compare", .. copies]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AReportHasCurvesOfTwoRunsThatAreToldApart()
    {
        TrainTwo();
        XElement page = Report("first", "second");
        string[] titles = [.. Named(page, "figcaption").Select(caption => caption.Value)];
        Assert.Equal(
        [
            "Loss over steps", "Loss over seconds", "Bits per character over steps", "Bits per character over seconds",
            "Learning rate over steps", "Gradient norm over steps", "Speed over steps",
        ], titles);
        foreach (XElement figure in Named(page, "figure"))
        {
            string[] styles = [.. Charts(figure).SelectMany(chart => Named(chart, "polyline")).Select(Class)];
            Assert.Contains(styles, style => style.EndsWith("c0 d0", StringComparison.Ordinal));
            Assert.Contains(styles, style => style.EndsWith("c1 d1", StringComparison.Ordinal));
        }

        Assert.Contains("model.dim (differs)",
            Named(page, "tr").Where(row => Class(row) == "differs").Select(row => row.Elements().First().Value));
        Assert.Equal(["the ", "the "], Named(page, "section").Select(sample => Named(sample, "dd").First().Value));
    }

    [Fact]
    public void AReportShowsSpansByLayerAndHead()
    {
        _work.Write("recipe.json", Workspace.SpanRecipe);
        Assert.Equal(0, _work.Train("out").ExitCode);
        Assert.Equal(4, Bars(Chart(Report("out"), "Spans")).Count());
    }

    [Fact]
    public void AReportShowsWhatMemoriesRead()
    {
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace("\"layers\": 1",
            "\"layers\": 2, \"ffn\": 32, \"memory_positions\": [\"1\"], "
            + "\"memory\": { \"n_keys\": 8, \"heads\": 2, \"key_dim\": 8, \"top_k\": 4 }", StringComparison.Ordinal));
        Assert.Equal(0, _work.Train("out").ExitCode);
        Assert.Equal(2, Bars(Chart(Report("out"), "memories")).Count());
    }

    [Fact]
    public void AReportOfATranslationHasBleuExitsAndSentences()
    {
        _work.Write("recipe.json", Workspace.TranslationRecipe
            .Replace("\"decoder_layers\": 1", "\"decoder_layers\": 2, \"exits\": { \"classifiers\": \"tied\" }", StringComparison.Ordinal)
            .Replace("\"max_positions\": 12", "\"max_positions\": 64", StringComparison.Ordinal)
            .Replace("\"max_tokens\": 60", "\"max_tokens\": 300", StringComparison.Ordinal));
        _work.Write("pairs.tsv", string.Concat(Enumerable.Range(0, 40).Select(i => $"ein hund {i % 5}\ta dog {i % 5}\n")));
        ToolResult trained = Workspace.Run(
            "train", _work["recipe.json"], "--data", _work["pairs.tsv"], "--valid", _work["pairs.tsv"], "--out", _work["out"]);
        Assert.True(trained.ExitCode == 0, trained.Error);
        XElement page = Report("out");
        string[] titles = [.. Named(page, "figcaption").Select(caption => caption.Value)];
        Assert.Contains("BLEU over steps", titles);
        Assert.Contains(titles, title => title.Contains("left at", StringComparison.Ordinal));
        Assert.Equal(["source", "translation", "reference"], Named(page, "dt").Take(3).Select(label => label.Value));
    }

    [Fact]
    public void TextOfFilesIsEscaped()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        string recipe = File.ReadAllText(_work["out/recipe.json"]);
        string hostile = JsonSerializer.Serialize(Hostile);
        File.WriteAllText(_work["out/recipe.json"], recipe.Replace("\"the \"", hostile, StringComparison.Ordinal));
        XElement page = Report("out");
        Assert.Empty(Named(page, "script"));
        Assert.Contains(Named(page, "td"), cell => cell.Value == Hostile);
    }

    [Fact]
    public void ARunWithoutAModelSaysSo()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        Directory.Delete(_work["out/best"], recursive: true);
        Directory.Delete(_work["out/last"], recursive: true);
        XElement page = Report("out");
        Assert.Contains(Named(page, "p"), text => text.Value.Contains("There is no sample", StringComparison.Ordinal));
        Assert.Contains(Named(page, "p"), text => text.Value.Contains("no model yet", StringComparison.Ordinal));
    }

    [Fact]
    public void ARunThatWasKilledInTheMiddleOfALineIsShown()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        File.AppendAllText(_work["out/log.jsonl"], "{\"step\":21,\"se");
        ToolResult report = Workspace.Run("report", _work["out"], "--out", _work["report.html"], "--sample-tokens", "0", "--json");
        string? note = Assert.Single(report.Json.GetProperty("notes").EnumerateArray()).GetString();
        Assert.Contains("half-written", note, StringComparison.Ordinal);
    }

    [Fact]
    public void EvaluationsOfAPartAreMarkedAndNotTheBest()
    {
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace(
            "\"steps\": 20", "\"evaluate_tokens\": 64, \"steps\": 20", StringComparison.Ordinal));
        Assert.Equal(0, _work.Train("out").ExitCode);
        string log = File.ReadAllText(_work["out/log.jsonl"]);
        JsonElement[] evaluations =
        [
            .. log.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)
                .Where(line => line.TryGetProperty("validation_loss", out _)),
        ];
        Assert.Equal([true, false], evaluations.Select(line => line.TryGetProperty("part", out _)));
        double whole = evaluations[^1].GetProperty("validation_loss").GetDouble();
        Assert.Equal((whole, 20), Best());

        // A lower one of a part does not count, also in a log of an older version, which does not mark it.
        log = Regex.Replace(log, "\"validation_loss\":[0-9.]+(?=.*\"part\")", "\"validation_loss\":0.5");
        File.WriteAllText(_work["out/log.jsonl"], log);
        Assert.Equal((whole, 20), Best());
        File.WriteAllText(_work["out/log.jsonl"], log.Replace(",\"part\":true", "", StringComparison.Ordinal));
        Assert.Equal((whole, 20), Best());
        File.WriteAllText(_work["out/log.jsonl"], log[..(log.IndexOf("\"part\":true}", StringComparison.Ordinal) + 13)]);
        Assert.Equal((0.5, 10), Best());
        Assert.Contains("a part of the validation text", Workspace.Run("compare", _work["out"]).Output, StringComparison.Ordinal);

        (double Loss, int Step) Best()
        {
            JsonElement run = Workspace.Run("compare", _work["out"], "--json").Json.GetProperty("runs")[0];
            return (run.GetProperty("best_loss").GetDouble(), run.GetProperty("best_step").GetInt32());
        }
    }

    [Fact]
    public void AReportLeavesDamagedRunsOutAndNamesThem()
    {
        TrainTwo();
        string config = _work["second/best/config.json"];
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"model\": {", "\"model\": { \"warp\": 9,", StringComparison.Ordinal));
        Copy(_work["first"], _work["third"]);
        string[] command = ["report", _work["first"], _work["second"], _work["third"], "--out", _work["page.html"], "--sample-tokens", "0"];
        ToolResult text = Workspace.Run(command);
        Assert.Equal(CommandLine.Failed, text.ExitCode);
        Assert.Contains("charts of 2 runs", text.Output, StringComparison.Ordinal);
        Assert.StartsWith("1 of 3 runs is left out: ", text.Error, StringComparison.Ordinal);
        Assert.Contains(config, text.Error, StringComparison.Ordinal);
        Assert.Contains(">third<", File.ReadAllText(_work["page.html"]), StringComparison.Ordinal);
        ToolResult result = Workspace.Run([.. command, "--json"]);
        Assert.Equal(CommandLine.Failed, result.ExitCode);
        JsonElement json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(2, json.GetProperty("runs").GetInt32());
        Assert.StartsWith("1 of 3 runs is left out: ", json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AComparisonLeavesDamagedRunsOutAndNamesThem()
    {
        Assert.Equal(0, _work.Train("first").ExitCode);
        Copy(_work["first"], _work["second"]);
        File.WriteAllText(_work["second/log.jsonl"], "hello\n{\"step\":1,\"loss\":1}\n");
        string[] command = ["compare", _work["first"], _work["second"]];
        foreach (string[] more in (string[][])[[], ["--csv"]])
        {
            ToolResult text = Workspace.Run([.. command, .. more]);
            Assert.Equal(CommandLine.Failed, text.ExitCode);
            Assert.Contains("first", text.Output, StringComparison.Ordinal);
            Assert.StartsWith("1 of 2 runs is left out: Line 1 of '", text.Error, StringComparison.Ordinal);
        }

        ToolResult result = Workspace.Run([.. command, "--json"]);
        JsonElement json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal((CommandLine.Failed, 1), (result.ExitCode, json.GetProperty("runs").GetArrayLength()));
        Assert.StartsWith("1 of 2 runs is left out: ", json.GetProperty("error").GetString(), StringComparison.Ordinal);
        File.Delete(_work["first/log.jsonl"]);
        Workspace.Run(command).AssertFails(CommandLine.Failed, "'" + _work["first"] + "' is no training run", "Line 1 of '");
    }

    [Fact]
    public void ADefaultIsNoOtherThanTheSameValueStated()
    {
        Assert.Equal(0, _work.Train("first").ExitCode);
        Assert.Equal(0, _work.Train("second", "--precision", "float32").ExitCode);

        // As a version that did not know the key would have written it.
        string recipe = File.ReadAllText(_work["first/recipe.json"]);
        File.WriteAllText(_work["first/recipe.json"], Regex.Replace(recipe, "\"label_smoothing\": 0,\\s*", ""));
        JsonElement json = Workspace.Run("compare", _work["first"], _work["second"], "--json").Json;
        Assert.Empty(json.GetProperty("differences").EnumerateArray());
        Assert.Equal(0, _work.Train("third", "--precision", "bfloat16").ExitCode);
        json = Workspace.Run("compare", _work["first"], _work["third"], "--json").Json;
        Assert.Equal("training.precision", Assert.Single(json.GetProperty("differences").EnumerateArray()).GetString());
    }

    [Fact]
    public void NamesOfFoldersCannotCommandTheTerminal()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Such names there are not on Windows.");
        ToolResult trained = _work.Train("\u001b[31mred");
        Assert.Equal(0, trained.ExitCode);
        File.AppendAllText(_work["\u001b[31mred/log.jsonl"], "{\"step\":21,\"se");
        string recipe = File.ReadAllText(_work["\u001b[31mred/recipe.json"]);
        File.WriteAllText(
            _work["\u001b[31mred/recipe.json"], recipe.Replace("\"the \"", "\"\\u001b[2J\"", StringComparison.Ordinal));
        ToolResult compared = Workspace.Run("compare", _work["\u001b[31mred"], "--all");
        ToolResult report = Workspace.Run("report", _work["\u001b[31mred"], "--out", _work["\u001b[31mred/page.html"]);
        string csv = Workspace.Run("compare", _work["\u001b[31mred"], "--csv").Output;
        foreach (string output in (string[])[trained.Output, compared.Output, report.Output, csv])
        {
            Assert.Contains(@"\u001b[31mred", output, StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', output);
        }

        Assert.Contains(@"\u001b[2J", compared.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void LinesThatNoRunWroteAreToldWhenTheyAreLeftOut()
    {
        Assert.Equal(0, _work.Train("out", "--steps", "10").ExitCode);
        string log = _work["out/log.jsonl"];
        int lines = File.ReadAllLines(log).Length;
        File.WriteAllLines(log, [File.ReadAllLines(log)[0], "hello", "{\"step\":1.5}", .. File.ReadAllLines(log)[1..]]);
        File.AppendAllText(log, "{\"step\":11,\"se");
        ToolResult resumed = _work.Train("out", "--resume", "--steps", "10");
        Assert.Contains(
            $"Line 2 of '{log}' is no line of a training log, nor are 1 behind it: what no run wrote is left out from now on.",
            resumed.Output, StringComparison.Ordinal);
        Assert.Equal(lines, File.ReadAllLines(log).Length);
        File.AppendAllText(log, "{\"step\":11,\"se");
        Assert.DoesNotContain("training log", _work.Train("out", "--resume", "--steps", "10").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compare")]
    [InlineData("report", "--out", "page.html")]
    public void WhatIsNoRunIsRefusedInOneSentence(params string[] command)
    {
        string[] more = [.. command.Skip(1).Select(word => word.EndsWith(".html", StringComparison.Ordinal) ? _work[word] : word)];
        Assert.Equal(0, _work.Train("out").ExitCode);
        Run("missing").AssertFails(CommandLine.Failed, "missing", "does not exist");
        Run("recipe.json").AssertFails(CommandLine.Failed, "recipe.json", "is a file");
        Run("out/best").AssertFails(CommandLine.Failed, "best", "is a model and no run");
        Directory.CreateDirectory(_work["empty"]);
        Run("empty").AssertFails(CommandLine.Failed, "empty", "no training run");
        _work.Write("begun/log.jsonl", "");
        Run("begun").AssertFails(CommandLine.Failed, "begun", "no line yet");
        _work.Write("foreign/log.jsonl", "{\"step\":1,\"loss\":1}\nhello\n{\"step\":2,\"loss\":1}\n");
        Run("foreign").AssertFails(CommandLine.Failed, "Line 2", "foreign");
        Run("out", "out").AssertFails(CommandLine.WrongUsage, "out", "twice");
        Run("out", "out/").AssertFails(CommandLine.WrongUsage, "twice");
        Workspace.Run([command[0], _work["out"], "--bogus", .. more]).AssertFails(CommandLine.WrongUsage, "option '--bogus'");
        _work.Write("sweep/summary.json", "{}");
        Run("sweep").AssertFails(CommandLine.Failed, "is a sweep", "sweep/*/");

        // A model that somebody changed by hand.
        Copy(_work["out"], _work["later"]);
        Directory.Delete(_work["later/best"], recursive: true);
        string config = File.ReadAllText(_work["later/last/config.json"]);
        File.WriteAllText(
            _work["later/last/config.json"], config.Replace("\"model\": {", "\"model\": { \"warp\": 9,", StringComparison.Ordinal));
        Run("later").AssertFails(CommandLine.Failed, "config.json");
        Assert.False(File.Exists(_work["page.html"]));

        ToolResult Run(params string[] runs) =>
            Workspace.Run([command[0], .. runs.Select(run => _work[run.TrimEnd('/')] + (run.EndsWith('/') ? "/" : "")), .. more]);
    }

    [Fact]
    public void AReportReplacesReportsOnly()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        byte[] log = File.ReadAllBytes(_work["out/log.jsonl"]);
        Workspace.Run("report", _work["out"], "--out", _work["out/log.jsonl"]).AssertFails(CommandLine.Failed, "log.jsonl", "no report");
        Assert.Equal(log, File.ReadAllBytes(_work["out/log.jsonl"]));
        Workspace.Run("report", _work["out"], "--out", _work["out"]).AssertFails(CommandLine.Failed, "is a folder");
        Assert.Equal(2, Workspace.Run("report", _work["out"]).ExitCode);
        byte[] first = File.ReadAllBytes(_work[WriteReport("out")]);
        Assert.Equal(first, File.ReadAllBytes(_work[WriteReport("out")]));
    }

    [Fact]
    public void OptionsThatContradictEachOtherAreRefused()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        Workspace.Run("compare", _work["out"], "--csv", "--all").AssertFails(CommandLine.WrongUsage, "--all");
        Assert.Equal(2, Workspace.Run("compare", _work["out"], "--csv", "--json").ExitCode);
        Assert.Equal(2, Workspace.Run("compare").ExitCode);
    }

    /// <summary>WCAG 2: text and lines against the page and against the panels of charts, light and dark.</summary>
    [Fact]
    public void ColoursOfAReportHaveEnoughContrast()
    {
        string[] schemes = ReportStyle.Css.Split("@media");
        foreach (string scheme in schemes[..2])
        {
            Dictionary<string, double> light = Colour().Matches(scheme)
                .ToDictionary(match => match.Groups[1].Value, match => Luminance(match.Groups[2].Value));
            Assert.Equal(12, light.Count);
            foreach (string front in light.Keys.Where(name => name is "text" or "quiet" || name[0] == 'c'))
            {
                Assert.True(Contrast(light[front], light["ground"]) >= 4.5, $"{front} on the page");
                Assert.True(Contrast(light[front], light["panel"]) >= 4.5, $"{front} on a panel");
            }

            Assert.True(Contrast(light["text"], light["differs"]) >= 4.5);
        }

        static double Contrast(double a, double b) => (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);

        static double Luminance(string colour)
        {
            double[] parts = [.. Convert.FromHexString(colour).Select(part => part / 255.0)
                .Select(part => part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4))];
            return (0.2126 * parts[0]) + (0.7152 * parts[1]) + (0.0722 * parts[2]);
        }
    }

    private void TrainTwo()
    {
        Assert.Equal(0, _work.Train("first").ExitCode);
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace("\"dim\": 16", "\"dim\": 24", StringComparison.Ordinal)
            .Replace("\"optimizer\"", "\"schedule\": { \"lr\": 0.01 }, \"optimizer\"", StringComparison.Ordinal));
        Assert.Equal(0, _work.Train("second").ExitCode);
    }

    private string WriteReport(params string[] runs)
    {
        ToolResult result = Workspace.Run(
            ["report", .. runs.Select(run => _work[run]), "--out", _work["report.html"], "--sample-tokens", "8"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("report.html", result.Output, StringComparison.Ordinal);
        return "report.html";
    }

    /// <summary>The page, which is strict enough to be read as XML, of which every chart has something drawn within its frame.</summary>
    private XElement Report(params string[] runs)
    {
        string html = File.ReadAllText(_work[WriteReport(runs)]);
        Assert.StartsWith("<!DOCTYPE html>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        string body = html[html.IndexOf("<body>", StringComparison.Ordinal)..html.IndexOf("</html>", StringComparison.Ordinal)];
        XElement page = XElement.Parse(
            body.Replace("<details open>", "<details>", StringComparison.Ordinal), LoadOptions.PreserveWhitespace);
        XElement[] charts = [.. Charts(page)];
        Assert.Equal(Named(page, "figure").Count(), charts.Length);
        Assert.All(charts, AssertDrawn);
        Assert.All(Named(page, "figure"), figure => Assert.NotEmpty(Named(Assert.Single(Named(figure, "tbody")), "tr")));
        string[] ids = [.. page.Descendants().Attributes("id").Select(id => id.Value)];
        Assert.Equal(ids.Distinct(), ids);
        return page;
    }

    private static void AssertDrawn(XElement chart)
    {
        double[] size = Numbers(chart.Attribute("viewBox")!.Value);
        string[] labels = chart.Attribute("aria-labelledby")!.Value.Split(' ');
        XElement[] texts = [.. new[] { "title", "desc" }.Select(name => Assert.Single(Named(chart, name)))];
        Assert.Equal(labels, texts.Select(text => text.Attribute("id")!.Value));
        Assert.All(texts, text => Assert.NotEmpty(text.Value));
        XElement[] lines = [.. Named(chart, "polyline")], bars = [.. Bars(chart)];
        Assert.True(lines.Length + bars.Length > 0, $"The chart '{texts[0].Value}' is empty.");
        foreach (XElement line in lines)
        {
            double[] points = Numbers(line.Attribute("points")!.Value);
            Assert.True(points.Length >= 2);
            Assert.All(points.Where((_, i) => i % 2 == 0), x => Assert.InRange(x, 0, size[2]));
            Assert.All(points.Where((_, i) => i % 2 == 1), y => Assert.InRange(y, 0, size[3]));
        }

        if (bars.Length > 0)
        {
            Assert.Contains(bars, bar => Numbers(bar.Attribute("height")!.Value)[0] > 1);
            Assert.All(bars, bar => Assert.InRange(Numbers(bar.Attribute("height")!.Value)[0], 0, size[3]));
        }
    }

    private static XElement Chart(XElement page, string title) =>
        Assert.Single(Charts(page), chart => Named(chart, "title").Single().Value.Contains(title, StringComparison.Ordinal));

    private static IEnumerable<XElement> Bars(XElement chart) =>
        Named(chart, "rect").Where(part => Class(part).StartsWith("bar", StringComparison.Ordinal));

    private static string Class(XElement element) => element.Attribute("class")?.Value ?? "";

    private static IEnumerable<XElement> Charts(XElement page) => Named(page, "svg").Where(svg => svg.Attribute("role")?.Value == "img");

    private static IEnumerable<XElement> Named(XElement parent, string name) =>
        parent.Descendants().Where(element => element.Name.LocalName == name);

    private static double[] Numbers(string text) =>
        [.. text.Split([' ', ',']).Select(number => double.Parse(number, CultureInfo.InvariantCulture))];

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    [GeneratedRegex("--([a-z0-9]+): #([0-9a-f]{6})")]
    private static partial Regex Colour();

    [GeneratedRegex("\"seconds\":[0-9.]+,")]
    private static partial Regex Seconds();
}
