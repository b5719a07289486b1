namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>Neighbouring keys of a block, and the vectors of a strip of queries that see them.</summary>
internal readonly record struct StripPart(int FirstKey, int Keys, int FirstVector, int Vectors);
