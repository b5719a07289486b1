namespace ManagedTransformer.Data.Parquet;

/// <summary>How the values of a column are stored.</summary>
internal enum ParquetType
{
    Boolean,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    ByteArray,
    FixedLengthByteArray,
}
