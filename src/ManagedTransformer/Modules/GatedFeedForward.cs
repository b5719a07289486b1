using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// Gated feed-forward layer down(drop(act(gate(x)) * up(x))) (Shazeer, "GLU Variants Improve Transformer", 2020); with SiLU it is SwiGLU.
/// The weights of gate and up are packed in one matrix and computed in one product.
/// </summary>
public sealed class GatedFeedForward : PositionwiseModule
{
    private readonly Activation _activation;
    private readonly float _activationDropout;
    private readonly Parameter _packedWeight;
    private readonly Parameter? _packedBias;

    /// <summary>A gated feed-forward layer.</summary>
    /// <param name="dim">Width of input and output.</param>
    /// <param name="inner">Width in between.</param>
    /// <param name="activation">Of the gate.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="activationDropout">Dropout on the product.</param>
    /// <param name="bias">Whether the three maps have biases.</param>
    public GatedFeedForward(int dim, int inner, Activation activation, RandomSource random, float activationDropout = 0, bool bias = true)
    {
        (_activation, _activationDropout) = (activation, activationDropout);
        _packedWeight = Initialization.Uniform(new Shape(2 * inner, dim), MathF.Sqrt(6f / (dim + inner)), random);
        _packedBias = bias ? Initialization.Zeros(new Shape(2 * inner)) : null;
        (Gate, Up) = (Part(0), Part(inner));
        Down = new Linear(inner, dim, random, bias);

        Linear Part(int start) => new(_packedWeight.Rows(start, inner), _packedBias?.Rows(start, inner));
    }

    /// <summary>The widening map behind which the activation stands.</summary>
    public Linear Gate { get; }

    /// <summary>The widening map that is multiplied with it.</summary>
    public Linear Up { get; }

    /// <summary>The narrowing map.</summary>
    public Linear Down { get; }

    /// <inheritdoc/>
    public override string SlotName => "ffn";

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, ForwardContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Down.Forward(context.Dropout(x.Linear(_packedWeight, _packedBias).GatedProduct(_activation), _activationDropout));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("gate", Gate);
        visit.Add("up", Up);
        visit.Add("down", Down);
    }
}
