namespace ManagedTransformer.Torch.Pickling;

/// <summary>The stack of the machine with its marks; what lies below a mark is reached only when the mark is taken.</summary>
/// <param name="budget">Pays for it.</param>
internal sealed class PickleStack(PickleBudget budget)
{
    private const int SlotBytes = 16;

    private readonly List<PickleValue> _values = [];
    private readonly List<int> _marks = [];
    private int _highest;

    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    /// <summary>Puts a value on top.</summary>
    public void Push(PickleValue value)
    {
        _values.Add(value);
        if (_values.Count + _marks.Count > _highest)
        {
            _highest++;
            budget.Charge(SlotBytes);
        }
    }

    /// <summary>Sets a mark.</summary>
    public void Mark()
    {
        _marks.Add(_values.Count);
        if (_values.Count + _marks.Count > _highest)
        {
            _highest++;
            budget.Charge(SlotBytes);
        }
    }

    /// <summary>The value on top.</summary>
    /// <exception cref="PickleException">There is none above the last mark.</exception>
    public PickleValue Peek() => _values.Count > Floor ? _values[^1] : throw Underflow();

    /// <summary>The value on top, whatever mark is below it; null on an empty stack.</summary>
    public PickleValue? Below() => _values.Count == 0 ? null : _values[^1];

    /// <summary>Takes the value on top.</summary>
    /// <exception cref="PickleException">There is none above the last mark.</exception>
    public PickleValue Pop()
    {
        PickleValue value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>Takes the value on top, or the mark where nothing is above it.</summary>
    public void Discard()
    {
        if (_marks.Count > 0 && _values.Count == _marks[^1])
        {
            _marks.RemoveAt(_marks.Count - 1);
        }
        else
        {
            Pop();
        }
    }

    /// <summary>Takes everything above the last mark, and the mark.</summary>
    /// <exception cref="PickleException">There is no mark.</exception>
    public List<PickleValue> PopMark()
    {
        if (_marks.Count == 0)
        {
            throw new PickleException("a mark is missing");
        }

        int mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        List<PickleValue> items = _values.GetRange(mark, _values.Count - mark);
        _values.RemoveRange(mark, items.Count);
        return items;
    }

    private static PickleException Underflow() => new("the stack is empty where a value is needed");
}
