using System.Diagnostics;
using System.Text.Json;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization.Pipeline;

/// <summary>Tokenizers of others give the ids, tokens and texts that the libraries give for which they were made.</summary>
public sealed class TokenizerCaseTests
{
    private const int MostLooks = 3;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("real.jsonl", "tokenizer")]
    [InlineData("synthetic.jsonl", "tokenizer")]
    [InlineData("decode.jsonl", "tokenizer")]
    [InlineData("sentencepiece.jsonl", "model")]
    public void EveryCaseAgrees(string file, string key)
    {
        List<string> faults = [];
        int count = 0;
        foreach (string folder in TokenizerCases.Folders)
        {
            foreach (IGrouping<string, JsonElement> group in
                TokenizerCases.Read(folder, file).GroupBy(item => item.GetProperty(key).GetString()!))
            {
                var tokenizer = (PipelineTokenizer)Tokenizer.LoadWithParts(Path.Combine(folder, group.Key));
                foreach (JsonElement item in group)
                {
                    count++;
                    if (TokenizerCases.Fault(tokenizer, item) is { } fault)
                    {
                        faults.Add($"{group.Key} {item.GetRawText()}: {fault}");
                    }
                }
            }
        }

        Assert.True(count > 0, "There are no cases.");
        Assert.True(faults.Count == 0, $"{faults.Count} of {count}: {string.Join('\n', faults.Take(5))}");
    }

    [Fact]
    public void HostileFilesAreRefusedOrHarmless()
    {
        int count = 0;
        foreach (string folder in TokenizerCases.Folders)
        {
            foreach (JsonElement item in TokenizerCases.Read(folder, "hostile.jsonl"))
            {
                string file = item.GetProperty("tokenizer").GetString()!, advice = item.GetProperty("advice").GetString()!;
                TimeSpan fastest = TimeSpan.MaxValue;

                // A machine that is busy with something else may need a second look.
                for (int i = 0; i < MostLooks && fastest >= _limit; i++)
                {
                    var watch = Stopwatch.StartNew();
                    string did = Load(Path.Combine(folder, file));
                    Assert.True(advice == "either" || advice == did, $"{file}: {did}, not {advice}");
                    fastest = watch.Elapsed < fastest ? watch.Elapsed : fastest;
                }

                Assert.True(fastest < _limit, $"{file} takes {fastest}");
                count++;
            }
        }

        Assert.True(count > 0, "There are no cases.");
    }

    private static string Load(string path)
    {
        try
        {
            ITokenizer tokenizer = Tokenizer.LoadWithParts(path);
            try
            {
                tokenizer.Encode("a b");
                tokenizer.Encode($"{new string('a', 40)}!");
            }
            catch (InputException)
            {
                // A text may be refused.
            }

            return "load";
        }
        catch (InputException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            Assert.Contains(Path.GetFileName(path), e.Message, StringComparison.Ordinal);
            return "refuse";
        }
    }
}
