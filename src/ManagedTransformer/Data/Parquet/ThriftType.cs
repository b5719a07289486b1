namespace ManagedTransformer.Data.Parquet;

/// <summary>Types of Thrift's compact protocol.</summary>
internal enum ThriftType
{
    True = 1,
    False,
    Byte,
    Integer16,
    Integer32,
    Integer64,
    Double,
    Binary,
    List,
    Set,
    Map,
    Structure,
}
