using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Layers;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// Keys and values of tokens that skipped a layer: they are made from the states that the tokens left with (Elbayad et al., 2020, section
/// 3).
/// </summary>
internal static class SkippedPositions
{
    /// <summary>Gives a layer its keys and values of the tokens that skipped it.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="state">Everything read before.</param>
    /// <param name="index">The layer's number, from 0.</param>
    public static void Remember(TransformerLayer layer, IDecodingState state, int index)
    {
        KeyValueCache cache = (KeyValueCache)state.Layers[index];
        if (cache.Length < state.Length)
        {
            ((MultiHeadAttention)layer.Attention).Remember(layer.Normed(((DepthState)state.Depth!).StatesFrom(cache.Length)), cache);
        }
    }
}
