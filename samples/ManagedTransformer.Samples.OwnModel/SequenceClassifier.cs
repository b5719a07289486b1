using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Samples.OwnModel;

/// <summary>
/// A network that is no language model: it reads a whole text in both directions, in time linear in its length, takes the mean of the last
/// states, and scores classes.
/// </summary>
public sealed class SequenceClassifier : Module
{
    private readonly Parameter _table, _positions;
    private readonly LayerStack? _stack;
    private readonly Linear _head;

    /// <summary>A network with initial weights.</summary>
    /// <param name="options">Its sizes.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <exception cref="InputException">A size is out of its range.</exception>
    public SequenceClassifier(ClassifierOptions options, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(nameof(ClassifierOptions));
        Options = options;
        float deviation = 1 / MathF.Sqrt(options.Dim);
        _table = Initialization.Normal(new Shape(options.Vocabulary, options.Dim), deviation, random);
        _positions = Initialization.Normal(new Shape(options.MaxLength, options.Dim), deviation, random);
        _stack = options.Layers == 0 ? null : CreateStack(options, random);
        _head = new Linear(options.Dim, options.Classes, random);
    }

    /// <summary>The sizes.</summary>
    public ClassifierOptions Options { get; }

    /// <summary>Scores of the classes.</summary>
    /// <param name="tokens">Int32 [B, T], T at most <see cref="ClassifierOptions.MaxLength"/>.</param>
    /// <param name="padding">Float32 [B, T], 1 where there is no token; at least one token in every row.</param>
    /// <param name="context">Dropout.</param>
    /// <returns>Logits, [B, classes].</returns>
    public Tensor Forward(Tensor tokens, Tensor padding, ForwardContext context)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(padding);
        ArgumentNullException.ThrowIfNull(context);
        int length = tokens.Shape[1];
        Tensor x = _table.Embedding(tokens) + _positions.Slice(0, 0, length);
        x = _stack?.Forward(x, new AttentionMask(KeyPadding: padding), context) ?? x;

        // The mean over tokens, without the places behind them.
        Tensor counted = padding.Affine(-1, 1).Reshape(new Shape(tokens.Shape[0], length, 1));
        Tensor mean = (x * counted).Sum([1]) / counted.Sum([1]);
        return _head.Forward(mean, context);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        visit.Add("table", _table);
        visit.Add("positions", _positions);
        visit.Add("layers", _stack?.Layers ?? []);
        visit.Add("norm", _stack?.Norm);
        visit.Add("head", _head);
    }

    private static LayerStack CreateStack(ClassifierOptions options, RandomSource random)
    {
        TransformerLayerOptions sizes = new() { Dim = options.Dim, Heads = options.Heads, PreNorm = true, Dropout = options.Dropout };
        TransformerLayer[] layers = [.. Enumerable.Range(0, options.Layers).Select(_ => new TransformerLayer(sizes, new LayerParts
        {
            Attention = options.Attention.Create(sizes, null, random),
            Positionwise = new FeedForward(options.Dim, 2 * options.Dim, Activation.Gelu, random),
        }))];
        return new LayerStack(layers, new LayerNorm(options.Dim));
    }
}
