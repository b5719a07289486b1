using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>
/// A causal Transformer language model: token embedding with positions, a stack of layers in which a position sees itself and earlier ones, a final norm
/// (pre-norm only), and a projection to the vocabulary without bias (Vaswani et al., 2017, decoder without memory; Radford et al., 2018).
/// </summary>
public sealed class CausalLanguageModel : Module
{
    private static readonly AttentionMask _causal = new(Causal: true);

    /// <summary>A model with initial weights.</summary>
    /// <param name="config">Validated sizes.</param><param name="random">Source of the initial values.</param>
    public CausalLanguageModel(LanguageModelConfig config, RandomSource random)
    {
        config.Validate("model");
        Config = config;
        TokenEmbeddingOptions embedding = new()
        {
            Vocabulary = config.Vocab,
            Dim = config.Dim,
            Positions = config.Positions,
            MaxPositions = config.MaxPositions,
            Padding = config.PaddingIdx,
            Scale = config.ScaleEmbedding,
            Norm = config.EmbeddingNorm,
            Dropout = config.Dropout,
            Deviation = config.Init == InitializationScheme.Gpt2 ? 0.02f : null,
        };
        TransformerLayerOptions layer = new()
        {
            Dim = config.Dim,
            Heads = config.Heads,
            FeedForward = config.FeedForward,
            Activation = config.Activation,
            PreNorm = config.PreNorm,
            Bias = config.Bias,
            Dropout = config.Dropout,
            AttentionDropout = config.AttentionDropout,
            ActivationDropout = config.ActivationDropout,
            NormEpsilon = config.NormEpsilon,
        };
        Embedding = new TokenEmbedding(embedding, random);
        Layers = [.. Enumerable.Range(0, config.Layers).Select(_ => new TransformerLayer(layer, random))];
        Norm = config.PreNorm ? new LayerNorm(config.Dim, config.NormEpsilon) : null;
        float deviation = config.Init == InitializationScheme.Gpt2 ? 0.02f : MathF.Pow(config.Dim, -0.5f);
        Output = config.Tie ? null : Initialization.Normal(new Shape(config.Vocab, config.Dim), deviation, random);
        if (config.Init == InitializationScheme.Gpt2)
        {
            Gpt2Initialization.Apply(Layers, random);
        }
    }

    /// <summary>What the model is made of.</summary>
    public LanguageModelConfig Config { get; }

    /// <summary>Tokens and positions to vectors.</summary>
    public TokenEmbedding Embedding { get; }

    /// <summary>The stack.</summary>
    public IReadOnlyList<TransformerLayer> Layers { get; }

    /// <summary>The norm after the last layer; null for post-norm models.</summary>
    public LayerNorm? Norm { get; }

    /// <summary>The projection to the vocabulary, [V, D]; null where the embedding table serves.</summary>
    public Parameter? Output { get; }

    /// <summary>The matrix that projects to the vocabulary, [V, D].</summary>
    public Parameter OutputWeight => Output ?? Embedding.Weight;

    /// <summary>The last hidden states. Padding is seen by no position.</summary>
    /// <param name="tokens">Int32 [B, T]</param><param name="context">Dropout.</param>
    /// <returns>[B, T, D]</returns>
    public Tensor Hidden(Tensor tokens, ForwardContext context)
    {
        Tensor x = Embedding.Forward(tokens, context);
        AttentionMask mask = _causal with { KeyPadding = Embedding.PaddingMask(tokens) };
        return RunLayers(x, context, (layer, normed) => Layers[layer].Attention.Forward(normed, mask, context));
    }

    /// <summary>Scores of every next token.</summary>
    /// <param name="tokens">Int32 [B, T]</param><param name="context">Dropout.</param>
    /// <returns>[B, T, V]</returns>
    public Tensor Forward(Tensor tokens, ForwardContext context) => Hidden(tokens, context).Linear(OutputWeight);

    /// <summary>Cross-entropy of the next tokens, without keeping the logits. Padding is not counted.</summary>
    /// <param name="tokens">Int32 [B, T]</param><param name="targets">Int32 [B, T]</param><param name="context">Dropout.</param>
    /// <param name="options">Smoothing and reduction; default: mean in nats.</param>
    public CrossEntropyResult Loss(Tensor tokens, Tensor targets, ForwardContext context, CrossEntropyOptions? options = null)
    {
        options ??= new CrossEntropyOptions();
        return Hidden(tokens, context).ProjectedCrossEntropy(
            OutputWeight, targets, options with { IgnoredTarget = options.IgnoredTarget ?? Config.PaddingIdx });
    }

    /// <summary>An empty state for step-by-step generation.</summary>
    /// <param name="batch">How many sequences are generated side by side.</param>
    public KeyValueCache CreateState(int batch = 1) =>
        new(batch, Config.Layers, Config.Heads, Config.Dim / Config.Heads, Config.Positions == PositionKind.None ? int.MaxValue : Config.MaxPositions);

    /// <summary>Reads new tokens and scores the token after the last of them. It gives what a forward pass over all tokens so far gives.</summary>
    /// <param name="tokens">Int32 [B, n], n at least 1: a prompt or a single step.</param><param name="state">Everything read before; it is advanced.</param>
    /// <returns>[B, V]</returns>
    /// <exception cref="ArgumentException">No room left in the state.</exception>
    public Tensor Step(Tensor tokens, KeyValueCache state)
    {
        using NoGradientScope _ = new();
        int length = tokens.Shape[1];
        state.Reserve(length);
        Tensor x = Embedding.Forward(tokens, ForwardContext.Inference, state.Length);
        x = RunLayers(x, ForwardContext.Inference, (index, normed) =>
        {
            MultiHeadAttention attention = Layers[index].Attention;
            (Tensor query, Tensor key, Tensor value) = attention.Project(normed);
            (key, value) = state.Append(index, key, value);
            return attention.Attend(query, key, value, _causal);
        });
        state.Advance(length);
        return x.Slice(1, length - 1, 1).Reshape(new Shape(x.Shape[0], Config.Dim)).Linear(OutputWeight);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("", Embedding);
        visit.Add("layers", Layers);
        visit.Add("norm", Norm);
        visit.Add("output.weight", Output);
    }

    // Each layer gets the norm that follows it, so that its last residual sum and that norm are one pass.
    private Tensor RunLayers(Tensor x, ForwardContext context, Func<int, Tensor, Tensor> attend)
    {
        Tensor normed = Config.PreNorm ? Layers[0].Norm1.Forward(x) : x;
        for (int i = 0; i < Layers.Count; i++)
        {
            int index = i;
            LayerNorm? next = !Config.PreNorm ? null : i + 1 < Layers.Count ? Layers[i + 1].Norm1 : Norm;
            (x, normed) = Layers[i].Run(x, normed, next, state => attend(index, state), context);
        }

        return normed;
    }
}
