using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>The states that tokens of a block leave a stack with.</summary>
internal static class ExitStates
{
    /// <summary>The states after every layer, before any final norm.</summary>
    /// <param name="stack">The layers.</param>
    /// <param name="x">Embedded tokens, [B, T, D].</param>
    /// <param name="attention">What the layers attend to.</param>
    /// <param name="context">Dropout.</param>
    /// <param name="pass">What a layer's output (layer from 0) becomes on its way into the next one; null: it stays.</param>
    /// <returns>N times [B, T, D].</returns>
    public static IReadOnlyList<Tensor> Of(
        LayerStack stack, Tensor x, BlockAttention attention, ForwardContext context, Func<int, Tensor, Tensor>? pass = null)
    {
        List<Tensor> states = [];
        for (int layer = 0; layer < stack.Layers.Count; layer++)
        {
            states.Add(stack.RunLayer(layer, x, attention, context));
            x = pass is null ? states[layer] : pass(layer, states[layer]);
        }

        return states;
    }

    /// <summary>What an exit's projection sees of a state: its norm, which all exits share, where the stack ends with one.</summary>
    public static Tensor Normed(LayerStack stack, Tensor state) => stack.Norm?.Forward(state) ?? state;
}
