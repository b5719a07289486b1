namespace ManagedTransformer.Fuzz;

/// <summary>How a file is built, so far as changes of it need to know.</summary>
internal enum FuzzForm
{
    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>JSON, or lines of JSON.</summary>
    Json,

    /// <summary>The length of a JSON header in 8 bytes, the header, and data.</summary>
    Safetensors,

    /// <summary>A zip archive, whose files are stored and have checksums.</summary>
    Zip,
}
