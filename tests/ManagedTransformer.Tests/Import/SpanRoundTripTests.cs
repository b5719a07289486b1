using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;
using Xunit;

namespace ManagedTransformer.Tests.Import;

/// <summary>Models with spans and with persistent vectors, under the names of their authors' program.</summary>
public sealed class SpanRoundTripTests : RoundTrip
{
    private const int Clusters = 3;

    private static readonly LanguageModelConfig _basis = new()
    {
        Vocab = Vocab,
        Dim = 8,
        Layers = 2,
        Heads = 2,
        Ffn = 12,
        PreNorm = false,
        Bias = false,
        FfnBias = true,
        Attention = AttentionKind.AdaptiveSpan,
        Span = new SpanConfig { Limit = 10, Ramp = 4 },
        Positions = PositionKind.Relative,
    };

    private static readonly LanguageModelConfig _plain = _basis with { Tie = false, OutputBias = true };

    private static readonly AdaptiveClusters _clusters = new() { Cutoffs = [8, 16], Div = 2 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AdaptiveInputAndSoftmax(bool hasTiedProjections)
    {
        CausalLanguageModel model = Model(_basis with { Tie = hasTiedProjections, Persistent = 3, Adaptive = _clusters });
        ForeignFile file = new(model);
        for (int i = 0; i < Clusters; i++)
        {
            int cluster = i;
            if (hasTiedProjections)
            {
                file[$"out_emb.out_layers.{i}.weight"] = file[$"embed.clusters.{i}.weight"];
                file[$"out_emb.out_projs.{i}"] = file[$"embed.clusters.{i}.proj.weight"];
            }
            else
            {
                // Tied tables alone are no tie here: they are copied.
                file.Change($"output.clusters.{i}.weight", _ => file[$"embed.clusters.{cluster}.weight"].Values)
                    .Rename($@"^output\.clusters\.{i}\.weight", $"out_emb.out_layers.{i}.weight")
                    .Rename($@"^output\.clusters\.{i}\.proj\.weight", $"out_emb.out_projs.{i}");
            }

            file.Rename($@"^output\.clusters\.{i}\.bias", $"out_emb.out_layers.{i}.bias")
                .Rename($@"^embed\.clusters\.{i}\.weight", $"in_emb.emb_layers.{i}.weight")
                .Rename($@"^embed\.clusters\.{i}\.proj\.weight", $"in_emb.emb_projs.{i}");
        }

        file.Rename(@"^output\.cluster\.", "out_emb.cluster_proj.");
        Names(file).Rename("^", "module.").Write(File, null);
        Same(model, ForeignKind.AdaptiveSpan, options => options with { Ramp = 4 });
    }

    [Fact]
    public void PersistentVectorsInPlaceOfFeedForwardLayers()
    {
        CausalLanguageModel model = Model(_plain with { Ffn = 0, Persistent = 3 });
        ForeignFile file = Names(new ForeignFile(model));
        foreach (int layer in (int[])[0, 1])
        {
            file[Memory(layer)] = file[Span(layer)];
            file[$"layers.{layer}.attn.attn.adaptive_span._mask.mask_template"] = (new float[10], [10]);
        }

        file.Write(File, null);
        Assert.Equal(4, Same(model, ForeignKind.AdaptiveSpan, options => options with { Ramp = 4 }).Ignored.Count);

        file[Memory(1)] = ([0.5f, 0.25f], [2, 1, 1]);
        file.Write(File, null);
        Directory.Delete(this["out"], recursive: true);
        Refused(ForeignKind.AdaptiveSpan, "persistent_memory.adaptive_span");

        static string Memory(int layer) => $"layers.{layer}.attn.attn.persistent_memory.adaptive_span._mask.current_val";
    }

    [Fact]
    public void FixedSpans()
    {
        CausalLanguageModel model = Model(_plain with { Attention = AttentionKind.FixedSpan });
        Names(new ForeignFile(model)).Write(File, null);
        Assert.DoesNotContain(Same(model, ForeignKind.AdaptiveSpan).Notes, note => note.Contains("--ramp", StringComparison.Ordinal));
    }

    [Fact]
    public void TheDefaultRampIsTold()
    {
        CausalLanguageModel model = Model(_plain with { Span = _plain.Span! with { Ramp = 32 } });
        Names(new ForeignFile(model)).Write(File, null);
        Assert.Contains(Same(model, ForeignKind.AdaptiveSpan).Notes, note => note.Contains("--ramp", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatTrainingCannotGiveIsRefused()
    {
        ForeignFile file = Names(new ForeignFile(Model(_plain)));
        (float[], long[]) ratios = file[Span(1)];
        file[Span(1)] = ([0.5f, 1.25f], [2, 1, 1]);
        file.Write(File, null);
        Refused(ForeignKind.AdaptiveSpan, "head 1");

        file.Remove(Span(1)).Write(File, null);
        Refused(ForeignKind.AdaptiveSpan, "layer 1 and layer 0 differ in 'adaptive_span'");

        file[Span(1)] = ratios;
        file.Rename(@"^layers\.1\.", "layers.2.").Write(File, null);
        Refused(ForeignKind.AdaptiveSpan, "layers");
    }

    private static string Span(int layer) => $"layers.{layer}.attn.attn.adaptive_span._mask.current_val";

    private static ForeignFile Names(ForeignFile file)
    {
        file.Transpose("pos.weight").Reshape("pos.weight", 1, 4, 10).Rename("^pos.weight", "key_pe");
        foreach (string keys in file.Names(@"persistent\.key"))
        {
            file.Transpose(keys);
        }

        foreach (string ratios in file.Names(@"span\.ratio"))
        {
            file.Reshape(ratios, 2, 1, 1);
        }

        return file.Rename(@"attn\.span\.ratio", "attn.attn.adaptive_span._mask.current_val")
            .Rename(@"attn\.persistent\.key", "attn.attn.persistent_memory.key")
            .Rename(@"attn\.persistent\.value", "attn.attn.persistent_memory.val")
            .Rename(@"attn\.(query|key|out)\.weight", "attn.proj_$1.weight").Rename(@"attn\.value\.weight", "attn.proj_val.weight")
            .Rename(@"\.ffn\.", ".ff.").Rename(@"^embed\.weight", "in_emb.weight").Rename(@"^output\.(weight|bias)", "out_emb.$1");
    }
}
