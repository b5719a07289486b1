using System.Buffers.Binary;
using System.Text;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>Numbers, types and arrays of numpy's, and the bytes that older pickles write as text. Arrays are let pass unread.</summary>
internal static class NumpyObjects
{
    /// <summary>The name of arrays, which get their state later.</summary>
    public const string Array = "numpy.ndarray";

    private static readonly string[] _codes = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"];

    /// <summary>What one of numpy's names makes; null where the arguments are wrong.</summary>
    /// <param name="global">The name.</param>
    /// <param name="given">Its arguments.</param>
    /// <param name="budget">Pays for it.</param>
    public static PickleValue? Create(PickleGlobal global, IReadOnlyList<PickleValue> given, PickleBudget budget)
    {
        switch (global.Kind)
        {
            case GlobalKind.Encode:
                return given is [PickleAtom { Value: string text }, PickleAtom { Value: "latin1" or "latin-1" }]
                    ? Encode(text, budget)
                    : null;
            case GlobalKind.NumpyType:
                return given.Count is >= 1 and <= 3 && given[0] is PickleAtom { Value: string code } && _codes.Contains(code)
                    && given.Skip(1).All(option => option is PickleAtom { Value: bool or long })
                    ? new PickleNumpyType(code)
                    : null;
            case GlobalKind.NumpyScalar:
                return given is [PickleNumpyType type, PickleAtom { Value: byte[] bytes }] ? Number(type, bytes) : null;
            default:
                return given is [PickleGlobal { Kind: GlobalKind.NumpyArray }, PickleSequence, PickleAtom { Value: byte[] or string }]
                    ? new PickleOpaque(Array)
                    : null;
        }
    }

    /// <summary>Takes over the order of bytes from the state of a type of elements.</summary>
    public static bool TrySetOrder(PickleNumpyType type, PickleValue state)
    {
        if (state is not PickleSequence { Items: [PickleAtom { Value: long }, PickleAtom { Value: "<" or ">" or "|" or "=" }, ..] items }
            || items.Count > 9 || items.Any(item => item is not PickleAtom { Value: null or long or string }))
        {
            return false;
        }

        type.IsBigEndian = items[1] is PickleAtom { Value: ">" };
        return true;
    }

    /// <summary>Whether a state is that of an array of numbers.</summary>
    public static bool IsArrayState(PickleValue state) => state is PickleSequence
    {
        Items:
        [
            PickleAtom { Value: long }, PickleSequence, PickleNumpyType, PickleAtom { Value: bool or long }, PickleAtom { Value: byte[] },
        ],
    };

    private static PickleAtom? Encode(string text, PickleBudget budget)
    {
        budget.Charge(text.Length);
        return text.All(c => c <= 0xFF) ? new PickleAtom(Encoding.Latin1.GetBytes(text)) : null;
    }

    private static PickleAtom? Number(PickleNumpyType type, byte[] given)
    {
        if (given.Length != type.Code[1] - '0')
        {
            return null;
        }

        byte[] bytes = [.. given];
        if (type.IsBigEndian)
        {
            bytes.AsSpan().Reverse();
        }

        return type.Code switch
        {
            "f2" => new PickleAtom((double)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
            "f4" => new PickleAtom((double)BinaryPrimitives.ReadSingleLittleEndian(bytes)),
            "f8" => new PickleAtom(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
            "i1" => PickleAtom.Of((sbyte)bytes[0]),
            "i2" => PickleAtom.Of(BinaryPrimitives.ReadInt16LittleEndian(bytes)),
            "i4" => PickleAtom.Of(BinaryPrimitives.ReadInt32LittleEndian(bytes)),
            "i8" => PickleAtom.Of(BinaryPrimitives.ReadInt64LittleEndian(bytes)),
            "u1" => PickleAtom.Of(bytes[0]),
            "u2" => PickleAtom.Of(BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
            "u4" => PickleAtom.Of(BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
            "u8" => new PickleAtom(new System.Numerics.BigInteger(bytes, isUnsigned: true)),
            _ => bytes[0] == 0 ? PickleAtom.False : PickleAtom.True,
        };
    }
}
