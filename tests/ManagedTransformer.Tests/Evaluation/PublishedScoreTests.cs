using System.Globalization;
using ManagedTransformer.Evaluation.Metrics;
using ManagedTransformer.Tests.Golden;
using Xunit;

namespace ManagedTransformer.Tests.Evaluation;

/// <summary>The scores that were published with the systems of the WMT21 news task, English to German.</summary>
public sealed class PublishedScoreTests
{
    private const string Folder = "newstest2021-en-de";
    private const string FolderVariable = "MT_DATA_DIR";

    [Fact]
    public void AreReproduced()
    {
        string? folder = Find();
        Assert.SkipWhen(folder is null,
            $"The folder '{Folder}' is neither in the folder that {FolderVariable} names nor beside the checkout.");
        Dictionary<string, string[]> references = "ACD".ToDictionary(name => name.ToString(), name => Lines($"ref.{name}"));
        Dictionary<string, string[]> systems = [];
        List<string> wrong = [];
        int compared = 0;
        foreach (string line in File.ReadLines(Path.Combine(folder!, "automatic-scores.en-de.tsv")).Skip(1))
        {
            string[] fields = line.Split('\t');
            string[] metric = fields[4].Split('-');
            double published = double.Parse(fields[5], CultureInfo.InvariantCulture);
            string[] hypotheses = systems.TryGetValue(fields[1], out string[]? known)
                ? known
                : systems[fields[1]] = Lines($"hyp.{fields[1]}");
            string[][] streams = metric[1] == "all" ? [.. references.Values] : [references[metric[1]]];
            double score = metric[0] == "bleu" ? new Bleu().Corpus(hypotheses, streams).Score : new ChrF().Corpus(hypotheses, streams);
            compared++;
            if (!(Math.Abs(score - published) < 1e-6))
            {
                wrong.Add(FormattableString.Invariant($"{fields[1]} {fields[4]}: {score:F6} instead of {published:F6}"));
            }
        }

        Assert.Equal(40, compared);
        Assert.Empty(wrong);

        string[] Lines(string part) => File.ReadAllText(Path.Combine(folder!, $"newstest2021.en-de.{part}.de")).TrimEnd('\n').Split('\n');
    }

    private static string? Find()
    {
        IEnumerable<string?> folders = [Environment.GetEnvironmentVariable(FolderVariable),
            Path.Combine(GoldenFiles.Root, "..", "shared", "data")];
        return folders.Where(folder => !string.IsNullOrEmpty(folder)).Select(folder => Path.Combine(folder!, Folder))
            .FirstOrDefault(Directory.Exists);
    }
}
