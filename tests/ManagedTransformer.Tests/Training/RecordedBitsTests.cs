using System.Security.Cryptography;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tests.Shared;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>
/// Short runs of every architecture end with the weights that they had on other machines with vectors of this width, and on earlier days. A
/// change that means to change bits records them anew, and the CHANGELOG says so.
/// </summary>
public sealed class RecordedBitsTests : IDisposable
{
    private static readonly string[] _small =
        ["training.steps=4", "training.evaluate_every=4", "training.log_every=4", "training.schedule.warmup=1", "model.dropout=0.1"];

    private static readonly string[] _smallLanguage =
    [
        .. _small, "training.batch=3", "training.context=40", "training.evaluate_tokens=64", "training.sample_prompt=null", "model.dim=48",
    ];

    // The first half of the weights' SHA-256 by the width of vectors.
    private static readonly Dictionary<(string Kind, int Width), string> _recorded = new()
    {
        [("transformer", 512)] = "cd5e0a761ac6c9ce84d36df6c2a25253",
        [("llama", 512)] = "9898cd2ee24a1e0cdfc7f104cf4ddde6",
        [("span", 512)] = "c022d47793135303b5ca428063786fb0",
        [("all-attention", 512)] = "da17be7ee38604f0b750b6d66e7b3654",
        [("memory", 512)] = "23a2297114b86457ca59e5df14ba4e62",
        [("linear", 512)] = "ca3fa40302de9b571aad0ea1b67379ad",
        [("delight", 512)] = "b5ddc7237f5eadb52893f045553c21e1",
        [("exits", 512)] = "4302d9d9c845068cc3f6084991800125",
        [("transformer", 256)] = "72a23e1dd2741e7f86e5590d694c4ca7",
        [("llama", 256)] = "81c2f2a4bcc88aa50275a1a9923d72f0",
        [("span", 256)] = "717bc35abb1d6427974f732b3251b3cf",
        [("all-attention", 256)] = "e810b168752c9ebeeee2ad078a1c2d94",
        [("memory", 256)] = "1408b9a34e786b1afd4f5a68b0432fd2",
        [("linear", 256)] = "ab99a2c905148cdf9ef8eedf01a04701",
        [("delight", 256)] = "97f0ebb52de6fd51cddc056daf4e80ad",
        [("exits", 256)] = "9ae0c8dbc841896e65a1fb70eb3e57ce",
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Kinds => [.. _recorded.Keys.Select(key => key.Kind).Distinct()];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ARunHasItsRecordedBits(string kind)
    {
        NarrowVectors.AssertExpectedWidth();
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && _recorded.ContainsKey((kind, NarrowVectors.Width)),
            "Recorded with vectors of 512 and 256 bits on Linux: powers and cosines of learning rates are those of the C library.");
        File.WriteAllText(_folder["text.txt"], string.Concat(Enumerable.Range(0, 80).Select(i => $"the cat {i * 7 % 10} sat.\n")));
        Recipe recipe = Kind(kind);
        TrainingRun.Prepare(recipe, new() { Output = _folder["out"], Data = recipe is LanguageModelRecipe ? _folder["text.txt"] : null })
            .Run(cancellation: TestContext.Current.CancellationToken);
        byte[] weights = File.ReadAllBytes(_folder["out/best/model.safetensors"]);
        Assert.Equal(
            (kind, NarrowVectors.Width, _recorded[(kind, NarrowVectors.Width)]),
            (kind, NarrowVectors.Width, Convert.ToHexStringLower(SHA256.HashData(weights))[..32]));
    }

    [Fact]
    public void NarrowerVectorsHaveTheirRecordedBits() => NarrowVectors.Run(256, GetType(), nameof(ARunHasItsRecordedBits));

    private static Recipe Kind(string name) => name switch
    {
        "transformer" => Recipe.Builtin("stories").With([.. _smallLanguage, "model.layers=2"]),
        "llama" => Recipe.Builtin("llama-stories").With([.. _smallLanguage, "model.layers=2", "model.ffn=80"]),
        "span" => Language("enwiki-span-adaptive", "model.ffn=96", "model.span.limit=64", "model.span.ramp=8"),
        "all-attention" => Language("enwiki-all-attention", "model.persistent=24", "model.span.limit=64"),
        "memory" => Language("enwiki-pkm", "model.ffn=96", "model.memory.n_keys=16", "model.memory.key_dim=16", "model.memory.top_k=8"),
        "linear" => Language("enwiki-linear-t2r", "tokenizer={\"type\":\"byte\"}", "model.ffn=96", "model.linear.feature_size=8"),
        "delight" => Language("enwiki-delight", "tokenizer={\"type\":\"byte\"}"),
        "exits" => Recipe.Builtin("translation-toy").With(
            [.. _small, "training.max_tokens=256", "model.dim=32", "model.exits={\"halting\":\"confidence\",\"paths\":2}"]),
        _ => throw new ArgumentException(name),
    };

    private static Recipe Language(string recipe, params string[] changes) => Recipe.Builtin(recipe).With([.. _smallLanguage, .. changes]);
}
