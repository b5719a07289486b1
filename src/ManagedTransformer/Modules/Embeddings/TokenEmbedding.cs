using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Embeddings;

/// <summary>
/// x = scale E[token] + P[position], then an optional norm and dropout, with scale = sqrt(dim) or 1. With a padding id, positions count
/// only real tokens and start at padding + 1 (a pad token has the position padding, whose row is zero), and lookups of padding send no
/// gradient; without one they start at 0.
/// </summary>
public sealed class TokenEmbedding : Module
{
    private readonly TokenEmbeddingOptions _options;
    private readonly AbsolutePositions? _positions;
    private readonly EmbeddingWidening? _widening;

    /// <summary>An embedding.</summary>
    /// <param name="options">Sizes and kinds.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="table">E, shared with another embedding; null for a table of its own.</param>
    /// <param name="widening">Applied to the looked-up vectors in place of positions and dropout; null for none.</param>
    public TokenEmbedding(TokenEmbeddingOptions options, RandomSource random, Parameter? table = null, EmbeddingWidening? widening = null)
    {
        (_options, _widening) = (options, widening);
        int dim = options.Dim;
        float deviation = options.Deviation ?? MathF.Pow(dim, -0.5f);
        Weight = table ?? Initialization.Normal(new Shape(options.Vocabulary, dim), deviation, random);
        AbsolutePositions.ClearRow(Weight, options.Padding);
        _positions = options.Positions == PositionKind.None ? null
            : new AbsolutePositions(options.Positions, options.MaxPositions, dim, options.Padding, deviation, random);
        Norm = options.Norm ? new LayerNorm(dim, options.NormEpsilon) : null;
    }

    /// <summary>E, [vocabulary, dim].</summary>
    public Parameter Weight { get; }

    /// <summary>Learned P, [positions, dim]; null for other kinds.</summary>
    public Parameter? Positions => _positions?.Weight;

    /// <summary>Norm on the sum; null where the model has none.</summary>
    public LayerNorm? Norm { get; }

    /// <summary>Embeds tokens.</summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="start">
    /// How many tokens came before (cached decoding; with a padding id, none of them padding).</param>
    /// <returns>[B, T, dim]</returns>
    /// <exception cref="ArgumentException">More positions than the table has.</exception>
    public Tensor Forward(Tensor tokens, ForwardContext context, int start = 0)
    {
        Tensor x = Weight.Embedding(tokens, _options.Padding ?? -1);
        if (_options.Scale)
        {
            x *= MathF.Sqrt(_options.Dim);
        }

        if (_widening is not null)
        {
            return _widening.Forward(x, tokens, context, start);
        }

        x = _positions is null ? x : _positions.Add(x, tokens, start);
        x = Norm is null ? x : Norm.Forward(x);
        return context.Dropout(x, _options.Dropout);
    }

    /// <summary>
    /// Which tokens are padding: 1 there, 0 elsewhere, as <see cref="AttentionMask.KeyPadding"/> takes it; null where none is.
    /// </summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <returns>Float32 [B, T], or null.</returns>
    public Tensor? PaddingMask(Tensor tokens) => PaddingMask(tokens, _options.Padding);

    /// <summary>The same of any padding id.</summary>
    internal static Tensor? PaddingMask(Tensor tokens, int? padding)
    {
        if (padding is not { } pad)
        {
            return null;
        }

        int[] ids = tokens.ToInt32Array();
        return ids.Contains(pad) ? Tensor.FromRemembered([.. ids.Select(id => id == pad ? 1f : 0f)], tokens.Shape, tokens.Device) : null;
    }

    /// <summary>
    /// Positions of tokens under a padding id: padding + number of real tokens so far; padding itself stands at the position padding.
    /// </summary>
    /// <param name="tokens">Row-major [rows, length].</param>
    /// <param name="length">Tokens per row.</param>
    /// <param name="padding">The padding id.</param>
    /// <param name="start">Real tokens before.</param>
    public static int[] PositionIndices(ReadOnlySpan<int> tokens, int length, int padding, int start = 0)
    {
        int[] positions = new int[tokens.Length];
        int seen = start;
        for (int i = 0; i < tokens.Length; i++)
        {
            seen = i % length == 0 ? start : seen;
            positions[i] = tokens[i] == padding ? padding : padding + ++seen;
        }

        return positions;
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.AddMatrix("embed.weight", Weight);
        visit.Add("", _positions);
        visit.Add("", _widening);
        visit.Add("embed_norm", Norm);
    }
}
