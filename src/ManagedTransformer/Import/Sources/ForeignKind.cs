namespace ManagedTransformer.Import.Sources;

/// <summary>Whose program wrote a checkpoint.</summary>
public enum ForeignKind
{
    /// <summary>Adaptive Attention Span and all-attention networks (Sukhbaatar et al., 2019).</summary>
    AdaptiveSpan,

    /// <summary>XLM with product-key memories (Lample et al., 2019).</summary>
    Xlm,

    /// <summary>fairseq's Transformers, language models and translation (Ott et al., 2019).</summary>
    Fairseq,

    /// <summary>DeLighT (Mehta et al., 2021).</summary>
    Delight,

    /// <summary>Transformers finetuned into recurrent networks (Kasai et al., 2021).</summary>
    T2R,

    /// <summary>fast-transformers (Katharopoulos et al., 2020).</summary>
    FastTransformers,

    /// <summary>Tensors under names of their own.</summary>
    Plain,
}
