using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>
/// Rotary attention with feature maps, and a window where it has one, in place of its softmax (Zhang et al., "LoLCATs", 2024): projections,
/// norms and rotations are the softmax layer's own, which is kept as the teacher. Training takes time linear in the length, generation
/// constant time and memory per token.
/// </summary>
internal sealed class LinearizedSelfAttention : SelfAttention
{
    /// <summary>A layer whose maps have initial values.</summary>
    /// <param name="softmax">The layer that is linearised.</param>
    /// <param name="config">Feature maps and window, validated.</param>
    public LinearizedSelfAttention(RotarySelfAttention softmax, LolcatsConfig config)
    {
        Softmax = softmax;
        Hybrid = new HybridAttention(config, softmax.Heads, softmax.KeyHeads, softmax.Width);
    }

    /// <summary>The same layer with its softmax.</summary>
    public RotarySelfAttention Softmax { get; }

    /// <summary>What stands in place of the softmax.</summary>
    public HybridAttention Hybrid { get; }

    /// <inheritdoc/>
    public override Linear Query => Softmax.Query;

    /// <inheritdoc/>
    public override Linear Key => Softmax.Key;

    /// <inheritdoc/>
    public override Linear Value => Softmax.Value;

    /// <inheritdoc/>
    public override Linear Out => Softmax.Out;

    /// <inheritdoc/>
    public override int MostPerStep => Hybrid.MostPerStep;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A mask that is not causal, or a window of the caller's.</exception>
    public override Tensor Attend(Tensor x, AttentionMask mask, LayerHistory? history, ForwardContext context)
    {
        if (!mask.Causal || mask.Window > 0)
        {
            throw new ArgumentException("Linearised attention is causal, and its window is its own.");
        }

        return Join(Attend(Softmax.Project(x, default, context), mask.KeyPadding), context);
    }

    /// <inheritdoc/>
    public override LayerState CreateState(int batch) => Hybrid.CreateState(batch);

    /// <inheritdoc/>
    public override Tensor Step(Tensor x, LayerState state)
    {
        using NoGradientScope _ = new();
        return Join(Read(Softmax.Project(x, new RotaryOptions { First = ((LolcatsState)state).Length }), state));
    }

    /// <inheritdoc/>
    public override Tensor StepTogether(Tensor x, LayerStates states)
    {
        using NoGradientScope _ = new();
        int[] positions = new int[states.Count];
        for (int text = 0; text < positions.Length; text++)
        {
            positions[text] = ((LolcatsState)states[text]).Length;
        }

        return Join(states.Map(Softmax.ProjectEach(x, positions), Read));
    }

    /// <summary>Attention before the out map.</summary>
    /// <param name="packed">Made by the softmax layer's <c>Project</c>.</param>
    /// <param name="padding">Float32 [B, T], 1 at keys that nothing sees; null for none.</param>
    /// <returns>[B, T, H, d]</returns>
    public Tensor Attend(Tensor packed, Tensor? padding)
    {
        (Tensor query, Tensor key, Tensor value) = Softmax.Split(packed);
        return Hybrid.Attend(query, key, value, padding);
    }

    /// <summary>Joins heads and maps them out.</summary>
    /// <param name="heads">[B, T, H, d]</param>
    /// <param name="context">Dropout of adapters; null for none.</param>
    /// <returns>[B, T, dim]</returns>
    public Tensor Join(Tensor heads, ForwardContext? context = null) =>
        Out.Forward(AttentionHeads.Join(heads), context ?? ForwardContext.Inference);

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("", Softmax);
        visit.Add("", Hybrid);
    }

    // What the softmax layer's Project gives of new positions to [B, n, H, d].
    private Tensor Read(Tensor packed, LayerState state)
    {
        (Tensor query, Tensor key, Tensor value) = Softmax.Split(packed);
        return Hybrid.Step(query, key, value, (LolcatsState)state);
    }
}
