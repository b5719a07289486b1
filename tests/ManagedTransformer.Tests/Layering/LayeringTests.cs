using Xunit;

namespace ManagedTransformer.Tests.Layering;

/// <summary>Data flows one way: every folder of the library uses only those below it.</summary>
public sealed class LayeringTests
{
    /// <summary>The lowest first. What stands in one row does not know each other.</summary>
    private static readonly string[][] _rows =
    [
        ["VisibleText"], ["InputException"],

        ["Hashing"],
        ["Files"],
        ["Json"],
        ["Compression"],
        ["Torch.Storages"],
        ["Torch.Pickling"],
        ["Torch.Containers"],
        ["Torch"],
        ["Tokenization.Unicode"],
        ["Tokenization.Patterns"],
        ["Tokenization.Components"],
        ["Tokenization.Normalizers"],
        ["Tokenization.PreTokenizers"],
        ["Tokenization.Models"],
        ["Tokenization.AddedTokens"],
        ["Tokenization.PostProcessors"],
        ["Tokenization.Decoders"],
        ["Tokenization.Pipeline"],
        ["Tokenization.SentencePiece"],
        ["Tokenization.Chat.Jinja.Values"],
        ["Tokenization.Chat.Jinja.Functions"],
        ["Tokenization.Chat.Jinja.Expressions"],
        ["Tokenization.Chat.Jinja.Tags"],
        ["Tokenization.Chat.Jinja"],
        ["Tokenization.Chat"],
        ["Tokenization"],

        ["Data.Builtin"],
        ["Data.Parquet"],
        ["Data.Text"],
        ["Data.Pairs"],

        ["Modules"],
        ["Modules.Embeddings"],
        ["Modules.Outputs"],
        ["Modules.Adaptive"],
        ["Modules.Attention"],
        ["Modules.Layers"],
        ["Modules.Decoding"],
        ["Modules.Reports"],
        ["Modules.Slots"],

        // Mechanisms, then the models that they plug into.
        [
            "Architectures.AdaptiveSpan", "Architectures.LinearAttention", "Architectures.ProductKeyMemory", "Architectures.DeLighT",
            "Architectures.DepthAdaptive", "Architectures.Llama", "Architectures.Lora",
        ],
        ["Architectures.Lolcats"], // What stands in place of the softmax of a Llama.
        ["Architectures.Transformer", "Architectures.EncoderDecoder", "Architectures.UniversalTransformer"],
        ["Architectures.Lolcats.Transfer"],

        ["Optimizers.Schedules"],
        ["Optimizers"],
        ["Recipes"],
        ["Checkpoints"],
        ["Checkpoints.HuggingFace"],
        ["Checkpoints.Adapters"],
        ["Generation.Processors"],
        ["Generation"],
        ["Generation.Batching"],
        [NamespaceOrder.Root], // LanguageModel, TranslationModel
        ["Conversion"],

        // Checkpoints of other programs: what all share, each program, and the list of them.
        ["Import.Sources"],
        ["Import.AdaptiveSpan", "Import.Xlm", "Import.Fairseq", "Import.FastTransformers", "Import.Plain"],
        ["Import.Delight"],
        ["Import"],
        ["Datasets"],
        ["Evaluation.Metrics"],
        ["Evaluation"],
        ["Architectures.DepthAdaptive.Tuning"],
        ["Training.TensorBoard"],
        ["Training.Workers"],
        ["Training"],
        ["Inspection", "Benchmarks", "Sweeps"],
        ["Runs", "Linearizing"],
    ];

    private static readonly NamespaceOrder _order = new("ManagedTransformer", _rows);
    private static readonly Lazy<IReadOnlyList<Arrow>> _arrows = new(() => _order.Arrows(typeof(InputException).Assembly));

    [Fact]
    public void NamespacesUseOnlyThoseBelowThem()
    {
        Arrow[] forbidden = [.. _order.Forbidden(_arrows.Value)];
        Assert.True(forbidden.Length == 0, string.Join<Arrow>('\n', forbidden));
    }

    [Fact]
    public void TheOppositeOrderIsNotTheLibrarys()
    {
        NamespaceOrder opposite = new("ManagedTransformer", [.. _rows.Reverse()]);
        Assert.Contains(
            "ManagedTransformer.Json.JsonFile must not use ManagedTransformer.Files.AtomicFile.",
            opposite.Forbidden(_arrows.Value).Select(arrow => arrow.ToString()));
    }

    /// <summary>The fixture's lower namespace uses the upper one in every way that a type can be used.</summary>
    [Theory]
    [InlineData("Inheritance")]
    [InlineData("FieldType")]
    [InlineData("TypeArgument")]
    [InlineData("MethodBody")]
    [InlineData("Lambda")]
    [InlineData("Iterator")]
    [InlineData("TypeOf")]
    public void AnArrowUpwardsIsFound(string user)
    {
        const string fixture = "ManagedTransformer.Tests.Layering.Fixture";
        NamespaceOrder order = new(fixture, [["Lower"], ["Upper"]]);
        Assert.Contains(
            $"{fixture}.Lower.{user} must not use {fixture}.Upper.Storey.",
            order.Forbidden(order.Arrows(typeof(LayeringTests).Assembly)).Select(arrow => arrow.ToString()));
    }
}
