namespace ManagedTransformer.Modules.Layers;

/// <summary>The names of a decoder layer's parameters that belong to, or follow, its attention to a memory.</summary>
/// <param name="Attention">Of the attention.</param>
/// <param name="Norm">Of its norm.</param>
/// <param name="LastNorm">Of the norm of the position-wise sub-layer.</param>
internal sealed record CrossAttentionNames(string Attention, string Norm, string LastNorm)
{
    /// <summary>The names of a plain decoder layer: norms are numbered.</summary>
    public static CrossAttentionNames Numbered { get; } = new("cross_attn", "norm2", "norm3");
}
