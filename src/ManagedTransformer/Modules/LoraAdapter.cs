using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// A low-rank update of a linear map (Hu et al., "LoRA", 2021): y = x W^T + b + (alpha / r) (drop(x) A^T) B^T with W and b frozen. A starts
/// uniform in +-1/sqrt(inputs) and B at zero, so that a fresh adapter changes nothing.
/// </summary>
public sealed class LoraAdapter : Module
{
    private readonly float _scale, _dropout;

    /// <summary>A fresh adapter.</summary>
    /// <param name="inputs">Width of x.</param>
    /// <param name="outputs">Width of y.</param>
    /// <param name="rank">r, at least 1.</param>
    /// <param name="alpha">The update is multiplied by alpha / r.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="dropout">Dropout on x in front of A.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rank below 1.</exception>
    public LoraAdapter(int inputs, int outputs, int rank, float alpha, RandomSource random, float dropout = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        (_scale, _dropout) = (alpha / rank, dropout);
        Down = Initialization.Uniform(new Shape(rank, inputs), 1 / MathF.Sqrt(inputs), random);
        Up = Initialization.Zeros(new Shape(outputs, rank));
    }

    /// <summary>A, [r, inputs].</summary>
    public Parameter Down { get; }

    /// <summary>B, [outputs, r].</summary>
    public Parameter Up { get; }

    /// <summary>What the adapter adds to the output of its map, (alpha / r) (drop(x) A^T) B^T.</summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[..., outputs]</returns>
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Dropout(x, _dropout).Linear(Down).Linear(Up) * _scale;
    }

    /// <summary>Its first half, (alpha / r) drop(x) A^T.</summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[..., r]</returns>
    internal Tensor Narrow(Tensor x, ForwardContext context) => context.Dropout(x, _dropout).Linear(Down) * _scale;

    /// <summary>The same as an operand of the map's product.</summary>
    /// <param name="x">[..., inputs]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="start">The first column of the map in the product's output.</param>
    internal LowRankUpdate Update(Tensor x, ForwardContext context, int start = 0) =>
        new(context.Dropout(x, _dropout), Down, Up, _scale, start);

    /// <summary>What the adapter adds to the weight of its map, (alpha / r) B A.</summary>
    /// <returns>[outputs, inputs]</returns>
    public Tensor Product() => Up.MatMul(Down) * _scale;

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        visit.Add("lora_a.weight", Down);
        visit.Add("lora_b.weight", Up);
    }
}
