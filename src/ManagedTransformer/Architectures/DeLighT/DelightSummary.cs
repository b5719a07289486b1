using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;

namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>The blocks of a DeLighT model and its multiply-adds, from its configuration alone.</summary>
public sealed class DelightSummary
{
    private readonly Func<int, int, long> _macs;

    private DelightSummary(DelightSize size, bool isTranslation, Func<int, int, long> macs) =>
        (Size, IsTranslation, _macs) = (size, isTranslation, macs);

    /// <summary>The units of blocks and embedding, and their parameters.</summary>
    public DelightSize Size { get; }

    /// <summary>Whether a second stack of the same units attends to the first one; otherwise there is one stack.</summary>
    public bool IsTranslation { get; }

    /// <summary>Multiply-adds of writing a text token by token, without a cache, as <see cref="DelightSize"/> counts them.</summary>
    /// <param name="source">Source tokens of a translation; not used for a language model.</param>
    /// <param name="target">Tokens that are written.</param>
    public long Macs(int source, int target) => _macs(source, target);

    /// <summary>The summary of a language model; null without deep units.</summary>
    internal static DelightSummary? Of(LanguageModelConfig config)
    {
        if (config.Delight is not { } delight)
        {
            return null;
        }

        DelightSize size = new(delight, config.Dim, config.Layers, config.FeedForward);
        return new DelightSummary(size, isTranslation: false, (_, target) => size.LanguageModelMacs(target, config.Vocab, config.Adaptive));
    }

    /// <summary>The summary of an encoder-decoder model; null without deep units.</summary>
    internal static DelightSummary? Of(EncoderDecoderConfig config)
    {
        if (config.Delight is not { } delight)
        {
            return null;
        }

        DelightSize size = new(delight, config.Dim, config.EncoderLayers, config.Ffn);
        return new DelightSummary(size, isTranslation: true, (source, target) => size.TranslationMacs(source, target, config.Vocab));
    }
}
