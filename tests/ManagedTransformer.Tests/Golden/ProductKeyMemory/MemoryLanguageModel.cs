using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

/// <summary>The language model of a case, with the case's names for the parameters that have others here.</summary>
internal sealed class MemoryLanguageModel : Module
{
    public MemoryLanguageModel(GoldenConfig config, bool sparseValues)
    {
        Model = new CausalLanguageModel(
            new LanguageModelConfig
            {
                Vocab = config.Int("vocab"),
                Dim = config.Int("dim"),
                Layers = config.Int("layers"),
                Heads = config.Int("attn_heads"),
                Ffn = config.Int("ffn_dim"),
                Activation = config.Activation(),
                Positions = PositionKind.Learned,
                MaxPositions = config.Int("positions"),
                PreNorm = false,
                EmbeddingNorm = true,
                NormEpsilon = config.Float("norm_eps", 1e-12),
                Tie = config.Bool("tied", true),
                OutputBias = true,
                MemoryPositions = config.Texts("memory_positions") is { Length: > 0 } positions ? positions : null,
                Memory = config.Texts("memory_positions").Length == 0 ? null : ProductKeyMemoryFamily.Memory(config.Object("memory")) with
                {
                    ShareValues = config.Bool("share_values", false),
                    SparseValues = sparseValues,
                },
            },
            new RandomSource(1));
    }

    public CausalLanguageModel Model { get; }

    /// <summary>The mean loss of the next tokens within the rows, and the scores of all positions.</summary>
    public (Tensor Loss, Tensor Logits) Forward(Tensor tokens, ForwardContext context)
    {
        Tensor hidden = Model.Hidden(tokens, context);
        int scored = tokens.Shape[1] - 1;
        CrossEntropyOptions options = new() { IgnoredTarget = Model.Config.PaddingIdx };
        return (Model.Output.Loss(hidden.Slice(1, 0, scored), tokens.Slice(1, 1, scored), options).Loss, Model.Output.Scores(hidden));
    }

    public override void Visit(ParameterVisitor visit)
    {
        foreach (NamedParameter named in Model.Parameters())
        {
            visit.Add(Rename(named.Name), named.Parameter);
        }

        foreach (NamedBuffer named in Model.Buffers())
        {
            visit.AddBuffer(named.Name, named.Buffer);
        }
    }

    private static string Rename(string name) => name switch
    {
        "positions.weight" => "pos_embed.weight",
        "output.weight" => "lm_head.weight",
        "output.bias" => "lm_head.bias",
        _ => name,
    };
}
