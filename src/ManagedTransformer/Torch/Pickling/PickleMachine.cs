using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>
/// Reads a pickle: a stack machine that makes plain values and calls nothing. Names are looked up in <see cref="PickleGlobals"/> and
/// used by <see cref="PickleObjects"/>, which knows what each of them may do.
/// </summary>
internal sealed class PickleMachine
{
    private const int LeastProtocol = 2, MostProtocol = 5, MostNumberBytes = 256, MostTextBytes = 64 << 20;

    // Estimates of what .NET takes for a value.
    private const int AtomBytes = 56, ContainerBytes = 120, DictionaryBytes = 264, ItemBytes = 16, EntryBytes = 64, MemoBytes = 64;

    private readonly PickleStream _stream;
    private readonly PickleBudget _budget;
    private readonly PickleStack _stack;
    private readonly PickleObjects _objects;
    private readonly Dictionary<uint, PickleValue> _memo = new(MemoComparer.Instance);

    private PickleMachine(PickleStream stream, PickleBudget budget, IStorageTable storages)
    {
        (_stream, _budget) = (stream, budget);
        _stack = new PickleStack(budget);
        _objects = new PickleObjects(budget, storages);
    }

    /// <summary>Reads one pickle, exactly up to its end.</summary>
    /// <param name="stream">Stands at the first byte.</param>
    /// <param name="budget">What its values may take.</param>
    /// <param name="storages">Knows the storages that tensors name.</param>
    /// <exception cref="InvalidDataException">The pickle is damaged, or refers to something that a checkpoint has no reason to name.
    /// </exception>
    public static PickleValue Read(PickleStream stream, PickleBudget budget, IStorageTable storages)
    {
        PickleMachine machine = new(stream, budget, storages);
        long position = stream.Position;
        try
        {
            if (stream.ReadByte() != (byte)PickleOpcode.Proto)
            {
                throw new PickleException("it has no protocol number, as pickles of protocol 0 and 1, which no checkpoint has");
            }

            machine.ReadProtocol();
            while (true)
            {
                budget.CountOperation();
                position = stream.Position;
                PickleOpcode opcode = (PickleOpcode)stream.ReadByte();
                if (opcode == PickleOpcode.Stop)
                {
                    return machine._stack.Pop();
                }

                machine.Execute(opcode);
            }
        }
        catch (PickleException e)
        {
            string where = position.ToString(CultureInfo.InvariantCulture);
            throw new InvalidDataException(
                e.IsWholeSentence ? $"{e.Message} (byte {where})." : $"damaged pickle at byte {where}: {e.Message}.", e);
        }
    }

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto:
                ReadProtocol();
                break;
            case PickleOpcode.Frame:
                _stream.Require(ReadUnsigned(8));
                break;
            case PickleOpcode.Mark:
                _stack.Mark();
                break;
            case PickleOpcode.Pop:
                _stack.Discard();
                break;
            case PickleOpcode.PopMark:
                _stack.PopMark();
                break;
            case PickleOpcode.Dup:
                _stack.Push(_stack.Peek());
                break;
            case PickleOpcode.None or PickleOpcode.NewTrue or PickleOpcode.NewFalse:
                _stack.Push(opcode switch
                {
                    PickleOpcode.None => PickleAtom.None,
                    PickleOpcode.NewTrue => PickleAtom.True,
                    _ => PickleAtom.False,
                });
                break;
            case PickleOpcode.BinInt or PickleOpcode.BinInt1 or PickleOpcode.BinInt2 or PickleOpcode.Long1 or PickleOpcode.Long4
                or PickleOpcode.BinFloat:
                ReadNumber(opcode);
                break;
            case PickleOpcode.BinUnicode or PickleOpcode.ShortBinUnicode or PickleOpcode.BinUnicode8 or PickleOpcode.BinString
                or PickleOpcode.ShortBinString or PickleOpcode.BinBytes or PickleOpcode.ShortBinBytes or PickleOpcode.BinBytes8:
                ReadText(opcode);
                break;
            case PickleOpcode.EmptyList or PickleOpcode.EmptyTuple or PickleOpcode.EmptySet or PickleOpcode.EmptyDict
                or PickleOpcode.List or PickleOpcode.Tuple or PickleOpcode.Tuple1 or PickleOpcode.Tuple2 or PickleOpcode.Tuple3
                or PickleOpcode.Dict:
                MakeContainer(opcode);
                break;
            case PickleOpcode.Append or PickleOpcode.Appends or PickleOpcode.AddItems or PickleOpcode.SetItem or PickleOpcode.SetItems:
                FillContainer(opcode);
                break;
            case PickleOpcode.BinPut or PickleOpcode.LongBinPut or PickleOpcode.Memoize:
                Remember(opcode switch
                {
                    PickleOpcode.BinPut => _stream.ReadByte(),
                    PickleOpcode.LongBinPut => (uint)ReadUnsigned(4),
                    _ => (uint)_memo.Count,
                });
                break;
            case PickleOpcode.BinGet or PickleOpcode.LongBinGet:
                Recall(opcode == PickleOpcode.BinGet ? _stream.ReadByte() : (uint)ReadUnsigned(4));
                break;
            case PickleOpcode.Global:
                _stack.Push(PickleGlobals.Find(_stream.ReadLine(), _stream.ReadLine()));
                break;
            case PickleOpcode.StackGlobal:
                PickleValue name = _stack.Pop(), module = _stack.Pop();
                _stack.Push(module is PickleAtom { Value: string from } && name is PickleAtom { Value: string what }
                    ? PickleGlobals.Find(from, what)
                    : throw new PickleException("a name is no text"));
                break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj:
                PickleValue arguments = _stack.Pop(), callee = _stack.Pop();
                _stack.Push(_objects.Create(callee, arguments, opcode == PickleOpcode.NewObj, NameOnStack()));
                break;
            case PickleOpcode.Build:
                PickleValue state = _stack.Pop();
                _stack.Push(_objects.Build(_stack.Pop(), state));
                break;
            case PickleOpcode.BinPersId:
                _stack.Push(_objects.FindStorage(_stack.Pop()));
                break;
            default:
                throw Refuse(opcode);
        }
    }

    // The key under which a tensor will be put is the text below it, in the dictionaries that checkpoints are.
    private string NameOnStack() =>
        _stack.Below() is PickleAtom { Value: string name } ? $"the tensor '{PickleText.Quote(name)}'" : "a tensor";

    private void ReadProtocol()
    {
        byte protocol = _stream.ReadByte();
        if (protocol is < LeastProtocol or > MostProtocol)
        {
            throw new PickleException($"its protocol is {protocol}; known are {LeastProtocol} to {MostProtocol}");
        }
    }

    private void ReadNumber(PickleOpcode opcode)
    {
        _budget.Charge(AtomBytes);
        Span<byte> bytes = stackalloc byte[MostNumberBytes];
        switch (opcode)
        {
            case PickleOpcode.BinInt:
                _stream.Read(bytes[..4]);
                _stack.Push(PickleAtom.Of(BinaryPrimitives.ReadInt32LittleEndian(bytes)));
                break;
            case PickleOpcode.BinInt1:
                _stack.Push(PickleAtom.Of(_stream.ReadByte()));
                break;
            case PickleOpcode.BinInt2:
                _stack.Push(PickleAtom.Of((long)ReadUnsigned(2)));
                break;
            case PickleOpcode.BinFloat:
                _stream.Read(bytes[..8]);
                _stack.Push(new PickleAtom(BinaryPrimitives.ReadDoubleBigEndian(bytes)));
                break;
            default:
                long length = opcode == PickleOpcode.Long1 ? _stream.ReadByte() : (int)ReadUnsigned(4);
                if (length is < 0 or > MostNumberBytes)
                {
                    throw new PickleException($"a number claims {length} bytes, {MostNumberBytes} are the most");
                }

                bytes = bytes[..(int)length];
                _stream.Read(bytes);
                BigInteger number = new(bytes);
                _stack.Push(number >= long.MinValue && number <= long.MaxValue ? PickleAtom.Of((long)number) : new PickleAtom(number));
                break;
        }
    }

    private void ReadText(PickleOpcode opcode)
    {
        ulong length = opcode switch
        {
            PickleOpcode.ShortBinUnicode or PickleOpcode.ShortBinString or PickleOpcode.ShortBinBytes => _stream.ReadByte(),
            PickleOpcode.BinUnicode8 or PickleOpcode.BinBytes8 => ReadUnsigned(8),
            _ => ReadUnsigned(4),
        };
        _stream.Require(length);
        bool isBytes = opcode is PickleOpcode.BinBytes or PickleOpcode.ShortBinBytes or PickleOpcode.BinBytes8;
        if (length > MostTextBytes)
        {
            throw new PickleException($"a text or bytes have a length of {length}, {MostTextBytes} is the most");
        }

        _budget.Charge(AtomBytes + ((long)length * (isBytes ? 1 : 2)));
        byte[] bytes = new byte[length];
        _stream.Read(bytes);
        _stack.Push(isBytes ? new PickleAtom(bytes)
            : opcode is PickleOpcode.BinString or PickleOpcode.ShortBinString ? new PickleAtom(Encoding.Latin1.GetString(bytes))
            : PickleText.Decode(bytes));
    }

    private void MakeContainer(PickleOpcode opcode)
    {
        List<PickleValue> items = opcode switch
        {
            PickleOpcode.List or PickleOpcode.Tuple or PickleOpcode.Dict => _stack.PopMark(),
            PickleOpcode.Tuple1 => [_stack.Pop()],
            PickleOpcode.Tuple2 => Reversed(_stack.Pop(), _stack.Pop()),
            PickleOpcode.Tuple3 => Reversed(_stack.Pop(), _stack.Pop(), _stack.Pop()),
            _ => [],
        };
        if (opcode is PickleOpcode.EmptyDict or PickleOpcode.Dict)
        {
            _budget.Charge(DictionaryBytes);
            PickleDictionary dictionary = new();
            SetAll(dictionary, items);
            _stack.Push(dictionary);
            return;
        }

        _budget.Charge(ContainerBytes + ((long)ItemBytes * items.Count));
        PickleSequence sequence = new(opcode switch
        {
            PickleOpcode.EmptyList or PickleOpcode.List => SequenceKind.List,
            PickleOpcode.EmptySet => SequenceKind.Set,
            _ => SequenceKind.Tuple,
        });
        items.ForEach(sequence.Add);
        _stack.Push(sequence);

        static List<PickleValue> Reversed(params ReadOnlySpan<PickleValue> popped)
        {
            List<PickleValue> items = [.. popped];
            items.Reverse();
            return items;
        }
    }

    private void FillContainer(PickleOpcode opcode)
    {
        List<PickleValue> items;
        if (opcode is PickleOpcode.Append)
        {
            items = [_stack.Pop()];
        }
        else if (opcode is PickleOpcode.SetItem)
        {
            PickleValue value = _stack.Pop();
            items = [_stack.Pop(), value];
        }
        else
        {
            items = _stack.PopMark();
        }

        PickleValue target = _stack.Peek();
        if (target is PickleOpaque)
        {
            return;
        }

        switch (opcode)
        {
            case PickleOpcode.SetItem or PickleOpcode.SetItems:
                SetAll(target as PickleDictionary
                    ?? throw new PickleException($"{PickleText.Describe(target)} gets items, and is no dictionary"), items);
                break;
            default:
                SequenceKind kind = opcode == PickleOpcode.AddItems ? SequenceKind.Set : SequenceKind.List;
                PickleSequence sequence = target as PickleSequence is { } found && found.Kind == kind ? found
                    : throw new PickleException(
                        $"{PickleText.Describe(target)} gets members, and is no {(kind == SequenceKind.Set ? "set" : "list")}");
                _budget.Charge((long)ItemBytes * items.Count);
                items.ForEach(sequence.Add);
                break;
        }
    }

    private void SetAll(PickleDictionary dictionary, List<PickleValue> items)
    {
        if (items.Count % 2 != 0)
        {
            throw new PickleException("a key has no value");
        }

        _budget.Charge((long)EntryBytes * items.Count / 2);
        for (int i = 0; i < items.Count; i += 2)
        {
            dictionary.Set(items[i], items[i + 1], _budget);
        }
    }

    private void Remember(uint number)
    {
        if (_memo.TryAdd(number, _stack.Peek()))
        {
            _budget.Charge(MemoBytes);
        }
        else
        {
            _memo[number] = _stack.Peek();
        }
    }

    private void Recall(uint number) => _stack.Push(_memo.TryGetValue(number, out PickleValue? value)
        ? value
        : throw new PickleException($"it recalls the value {number}, which it has not stored"));

    private ulong ReadUnsigned(int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        _stream.Read(bytes[..size]);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private static PickleException Refuse(PickleOpcode opcode) => Enum.IsDefined(opcode)
        ? new PickleException(
            $"the pickle has the operation {opcode.ToString().ToUpperInvariant()}, which no checkpoint needs; nothing was executed")
        { IsWholeSentence = true }
        : new PickleException(string.Create(CultureInfo.InvariantCulture, $"there is no operation 0x{(byte)opcode:X2}"));
}
