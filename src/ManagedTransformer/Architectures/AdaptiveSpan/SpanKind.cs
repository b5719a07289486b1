namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>How heads come by their spans.</summary>
internal enum SpanKind
{
    /// <summary>Every head looks back the limit.</summary>
    Fixed,

    /// <summary>Every head learns how far back it looks (Sukhbaatar et al., 2019, section 2.1).</summary>
    Learnt,

    /// <summary>Every head computes from its input how far back it looks (Sukhbaatar et al., 2019, section 2.2).</summary>
    Dynamic,
}
