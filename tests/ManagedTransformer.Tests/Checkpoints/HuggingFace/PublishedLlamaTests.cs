using System.Text.Json;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Generation;
using ManagedTransformer.Tests.Data;
using Xunit;

namespace ManagedTransformer.Tests.Checkpoints.HuggingFace;

/// <summary>
/// A real pretrained Llama, stories260K of karpathy/llama2.c, where it lies beside the repository: its greedy text, id for id, and its
/// logits, computed in float64 by another program.
/// </summary>
public sealed class PublishedLlamaTests
{
    private static readonly string _path =
        Path.Combine(Path.GetDirectoryName(Repository.Root)!, "shared", "data", "stories260k");

    [Fact]
    public void ItWritesAndScoresAsPublished()
    {
        Assert.SkipUnless(Directory.Exists(_path), "stories260k is not beside the repository.");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_path, "expected.json")));
        JsonElement expected = document.RootElement;
        int[] prompt = Ids("prompt_ids"), greedy = Ids("greedy_ids");
        LanguageModel model = LanguageModel.Load(_path);
        string text = expected.GetProperty("prompt").GetString()!;
        Assert.Equal(prompt, model.Tokenizer.Encode(text));
        GenerationOptions options = new() { MaxTokens = greedy.Length - prompt.Length, Temperature = 0 };
        Assert.Equal(
            greedy[prompt.Length..], TextGenerator.Generate(model.Network, prompt, options, model.Tokenizer.VocabularySize));
        Assert.Equal(
            expected.GetProperty("text").GetString(), " " + text + string.Concat(model.Generate(text, options)));
        CheckLogits(model);

        using TemporaryFolder folder = new();
        model.SaveAsLlama(folder["written"]);
        CheckLogits(LanguageModel.Load(folder["written"]));

        int[] Ids(string key) => [.. expected.GetProperty(key).EnumerateArray().Select(id => id.GetInt32())];

        void CheckLogits(LanguageModel scored)
        {
            TextScore score = TextScorer.Score(scored, greedy, logits: true);
            Assert.Equal(expected.GetProperty("mean_nll_nats").GetDouble(), -score.LogProbabilities.Average(), 1e-5);
            double[] logits = [.. expected.GetProperty("logits_last_prompt_position_first16").EnumerateArray().Select(x => x.GetDouble())];
            for (int i = 0; i < logits.Length; i++)
            {
                Assert.Equal(logits[i], score.Logits![prompt.Length - 1][i], 5e-5 * (1 + Math.Abs(logits[i])));
            }
        }
    }
}
