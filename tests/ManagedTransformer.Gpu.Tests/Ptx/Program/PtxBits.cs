namespace ManagedTransformer.Gpu.Tests;

/// <summary>Numbers as they lie in registers of 64 bits.</summary>
internal static class PtxBits
{
    public static float Float(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    public static double Double(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    public static ulong From(float value) => BitConverter.SingleToUInt32Bits(value);

    public static ulong From(double value) => BitConverter.DoubleToUInt64Bits(value);

    public static ulong From(bool value) => value ? 1u : 0;
}
