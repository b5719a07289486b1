namespace ManagedTransformer.Data.Parquet;

/// <summary>How pages are compressed.</summary>
internal enum ParquetCodec
{
    None,
    Snappy,
    Gzip,
    Lzo,
    Brotli,
    Lz4,
    Zstandard,
    Lz4Raw,
}
