using System.Runtime.Intrinsics;

namespace ManagedTransformer.Tensors.Cpu.Simd;

/// <summary>
/// The instructions of one vector width. Kernels are written once over <typeparamref name="TVector"/> and an implementation of this
/// interface; the run-time compiler makes one plain instruction of each call.
/// </summary>
/// <typeparam name="TVector">A vector of <see cref="Count"/> floats. Masks and integers travel in the same type, bit by bit.</typeparam>
internal unsafe interface IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Number of floats in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Number of vector registers to count on: 16 or 32.</summary>
    static abstract int Registers { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Broadcast(float value);

    static abstract TVector BroadcastBits(uint bits);

    /// <summary>0, 1, 2, ... as integers.</summary>
    static abstract TVector IntegerSequence { get; }

    static abstract TVector Load(float* address);

    static abstract void Store(TVector value, float* address);

    /// <summary>Loads only the first elements; the others are 0 and their memory is not touched.</summary>
    /// <param name="address">The first element.</param>
    /// <param name="count">From 0 to <see cref="Count"/>.</param>
    static abstract TVector LoadFirst(float* address, int count);

    /// <summary>Stores only the first elements; memory behind them is not touched.</summary>
    /// <param name="value">The elements.</param>
    /// <param name="address">The first one's place.</param>
    /// <param name="count">From 0 to <see cref="Count"/>.</param>
    static abstract void StoreFirst(TVector value, float* address, int count);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a b + c, rounded once where the hardware can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>c - a b, rounded once where the hardware can.</summary>
    static abstract TVector NegatedMultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Negate(TVector a);

    static abstract TVector Abs(TVector a);

    static abstract TVector Sqrt(TVector a);

    /// <summary>The smaller of both; b if one is NaN on x86, NaN elsewhere.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>The larger of both; b if one is NaN on x86, NaN elsewhere.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>To the nearest whole number, ties to even.</summary>
    static abstract TVector Round(TVector a);

    /// <summary>value 2^exponent, rounded once, for a whole exponent from -252 to 254.</summary>
    static abstract TVector ScaleByPowerOfTwo(TVector value, TVector exponent);

    /// <summary>True if <see cref="ScaleByPowerOfTwo"/> is one instruction.</summary>
    static abstract bool ScalesAtOnce { get; }

    /// <summary>2^(exponent + offset) for a whole exponent; the sum is from -126 to 127.</summary>
    static abstract TVector PowerOfTwo(TVector exponent, int offset);

    /// <summary>Mask of the lanes where a = b.</summary>
    static abstract TVector Equal(TVector a, TVector b);

    /// <summary>Mask of the lanes where a &lt; b.</summary>
    static abstract TVector Less(TVector a, TVector b);

    /// <summary>Mask of the lanes where a &lt;= b.</summary>
    static abstract TVector LessOrEqual(TVector a, TVector b);

    /// <summary>Lane by lane: a where the mask is set, else b.</summary>
    static abstract TVector Select(TVector mask, TVector a, TVector b);

    /// <summary>True if any lane of a mask is set.</summary>
    static abstract bool Any(TVector mask);

    /// <summary>One bit per lane of a mask, the lowest for the first lane.</summary>
    static abstract uint Bits(TVector mask);

    /// <summary>
    /// Stores the lanes where the mask is set next to each other. Up to <see cref="Count"/> elements are written, also where fewer are set.
    /// </summary>
    static abstract void StoreSelected(TVector mask, TVector value, float* address);

    static abstract TVector And(TVector a, TVector b);

    static abstract TVector Or(TVector a, TVector b);

    static abstract TVector Xor(TVector a, TVector b);

    /// <summary>a and not b.</summary>
    static abstract TVector AndNot(TVector a, TVector b);

    static abstract TVector AddIntegers(TVector a, TVector b);

    static abstract TVector SubtractIntegers(TVector a, TVector b);

    /// <summary>Lower 32 bits of the products.</summary>
    static abstract TVector MultiplyIntegers(TVector a, TVector b);

    /// <summary>Upper 32 bits of the unsigned products.</summary>
    static abstract TVector MultiplyHigh(TVector a, TVector b);

    /// <summary>Mask of the lanes where the integers are equal.</summary>
    static abstract TVector EqualIntegers(TVector a, TVector b);

    static abstract TVector ShiftLeft(TVector a, int bits);

    /// <summary>Shifts zeros in from the left.</summary>
    static abstract TVector ShiftRight(TVector a, int bits);

    /// <summary>Shifts the sign in from the left.</summary>
    static abstract TVector ShiftRightSigned(TVector a, int bits);

    /// <summary>Floats to integers, towards zero.</summary>
    static abstract TVector ToIntegers(TVector a);

    /// <summary>Integers to floats, to nearest even.</summary>
    static abstract TVector ToFloats(TVector integers);

    /// <summary>Sum of the lanes: halves are folded onto each other until one is left.</summary>
    static abstract float Sum(TVector a);

    /// <summary>
    /// Sum of the lanes in another order, and so with other rounding errors: neighbours first, then neighbouring pairs, and so on.
    /// </summary>
    static abstract float SumNeighbours(TVector a);

    /// <summary>
    /// Sums of the first, second, third and fourth lanes of all quads of lanes, in the order of <see cref="SumNeighbours"/>.
    /// </summary>
    static abstract Vector128<float> SumQuads(TVector a);

    /// <summary>Largest lane, for lanes without NaN.</summary>
    static abstract float Max(TVector a);

    /// <summary>Loads quads of lanes whose addresses are so many floats apart.</summary>
    static abstract TVector LoadQuads(float* address, nint distance);

    /// <summary>Transposes the 4 x 4 floats that every quarter of 128 bits of the four vectors holds.</summary>
    static abstract void TransposeQuads(ref TVector a, ref TVector b, ref TVector c, ref TVector d);

    /// <summary>The lower halves, lanes in turns: a0, b0, a1, b1, ...</summary>
    static abstract TVector InterleaveLower(TVector a, TVector b);

    /// <summary>The upper halves, lanes in turns.</summary>
    static abstract TVector InterleaveUpper(TVector a, TVector b);

    /// <summary>Lanes 0, 2, 4, ... of a and then of b: the way back from both halves in turns to a.</summary>
    static abstract TVector Even(TVector a, TVector b);

    /// <summary>Lanes 1, 3, 5, ... of a and then of b.</summary>
    static abstract TVector Odd(TVector a, TVector b);

    /// <summary>Lanes 0, 0, 2, 2, 4, 4, ...</summary>
    static abstract TVector RepeatEven(TVector a);

    /// <summary>Lanes 1, 1, 3, 3, 5, 5, ...</summary>
    static abstract TVector RepeatOdd(TVector a);

    /// <summary>The lower half of the floats as doubles.</summary>
    static abstract TVector WidenLower(TVector a);

    /// <summary>The upper half of the floats as doubles.</summary>
    static abstract TVector WidenUpper(TVector a);

    /// <summary>a b + c for doubles.</summary>
    static abstract TVector MultiplyAddDoubles(TVector a, TVector b, TVector c);

    /// <summary>Sum of doubles, halves folded onto each other.</summary>
    static abstract double SumDoubles(TVector a);

    /// <summary>Loads 16-bit numbers into the integers of a vector.</summary>
    static abstract TVector LoadHalves(ushort* address);

    /// <summary>Loads signed 8-bit numbers into the integers of a vector.</summary>
    static abstract TVector LoadBytes(sbyte* address);

    /// <summary>Stores the lower 16 bits of every integer.</summary>
    static abstract void StoreHalves(TVector integers, ushort* address);
}
