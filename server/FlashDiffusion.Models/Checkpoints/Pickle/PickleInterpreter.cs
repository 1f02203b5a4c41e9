using System.Globalization;
using System.Numerics;

namespace FlashDiffusion.Models.Checkpoints.Pickle;

/// <summary>
/// Reads a pickle into plain values: null, bool, long, double, string, byte[], object?[] (tuples), lists,
/// <see cref="PickleDict"/>, <see cref="PickleGlobal"/>, <see cref="PickleInert"/>, and what <see cref="IPickleObjects"/> builds.
/// </summary>
/// <remarks>
/// A pickle is a program for a stack machine, and Python's own runs whatever that program names. This one has no import and no call:
/// a name stays a name, and a call is looked up in a short list. It never recurses, so depth costs memory only, and each byte of the
/// pickle buys a bounded amount of that.
/// </remarks>
/// <param name="input">The pickle.</param>
/// <param name="objects">What names and persistent ids stand for.</param>
/// <param name="source">What error messages call the file.</param>
internal sealed class PickleInterpreter(PickleInput input, IPickleObjects objects, string source)
{
    // A published checkpoint with its optimiser's state takes about a twentieth of it.
    private const int MaxOpcodes = 2_000_000;
    private const int HighestProtocol = 5;
    private const int MaxIntegerBytes = 256;

    private readonly PickleStack _stack = new(source);
    private readonly Dictionary<int, object?> _memo = [];

    /// <summary>Runs to the end of the pickle.</summary>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointException">It is damaged, or asks for something that no checkpoint needs.</exception>
    public object? Run()
    {
        for (var count = 0; count < MaxOpcodes; count++)
        {
            var opcode = (PickleOpcode)input.Byte();
            if (opcode == PickleOpcode.Stop)
            {
                return _stack.Pop();
            }

            if (!Scalar(opcode) && !Memory(opcode) && !Container(opcode) && !Named(opcode))
            {
                throw Fault($"uses opcode 0x{(byte)opcode:x2}, which no checkpoint needs");
            }
        }

        throw Fault($"has more than {MaxOpcodes} opcodes");
    }

    private bool Scalar(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.None: _stack.Push(null); break;
            case PickleOpcode.NewTrue: _stack.Push(true); break;
            case PickleOpcode.NewFalse: _stack.Push(false); break;
            case PickleOpcode.BinInt: _stack.Push((long)input.Int32()); break;
            case PickleOpcode.BinInt1: _stack.Push((long)input.Byte()); break;
            case PickleOpcode.BinInt2: _stack.Push((long)input.UInt16()); break;
            case PickleOpcode.Int: _stack.Push(IntegerLine(input.Line())); break;
            case PickleOpcode.Long: _stack.Push(IntegerLine(input.Line().TrimEnd('L'))); break;
            case PickleOpcode.Long1: _stack.Push(Integer(input.Length(1))); break;
            case PickleOpcode.Long4: _stack.Push(Integer(input.Length(4))); break;
            case PickleOpcode.Float: _stack.Push(FloatLine(input.Line())); break;
            case PickleOpcode.BinFloat: _stack.Push(input.BigEndianDouble()); break;
            case PickleOpcode.Unicode: _stack.Push(input.Line()); break;
            case PickleOpcode.ShortBinUnicode or PickleOpcode.ShortBinString: _stack.Push(input.Text(input.Length(1))); break;
            case PickleOpcode.BinUnicode or PickleOpcode.BinString: _stack.Push(input.Text(input.Length(4))); break;
            case PickleOpcode.BinUnicode8: _stack.Push(input.Text(input.Length(8))); break;
            case PickleOpcode.ShortBinBytes: _stack.Push(input.Bytes(input.Length(1))); break;
            case PickleOpcode.BinBytes: _stack.Push(input.Bytes(input.Length(4))); break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: _stack.Push(input.Bytes(input.Length(8))); break;
            default: return false;
        }

        return true;
    }

    private bool Memory(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto: CheckProtocol(input.Byte()); break;
            // Frames are a hint for readers that buffer; their lengths bind nobody.
            case PickleOpcode.Frame: input.Skip(sizeof(ulong)); break;
            case PickleOpcode.Mark: _stack.Push(PickleMark.Instance); break;
            case PickleOpcode.Pop: _stack.Drop(); break;
            case PickleOpcode.PopMark: _stack.PopGroup(); break;
            case PickleOpcode.Dup: _stack.Push(_stack.Peek()); break;
            case PickleOpcode.Memoize: Remember(_memo.Count); break;
            case PickleOpcode.Put: Remember(Index(input.Line())); break;
            case PickleOpcode.BinPut: Remember(input.Byte()); break;
            case PickleOpcode.LongBinPut: Remember(input.Int32()); break;
            case PickleOpcode.Get: _stack.Push(Remembered(Index(input.Line()))); break;
            case PickleOpcode.BinGet: _stack.Push(Remembered(input.Byte())); break;
            case PickleOpcode.LongBinGet: _stack.Push(Remembered(input.Int32())); break;
            default: return false;
        }

        return true;
    }

    private bool Container(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.EmptyTuple: _stack.Push(Array.Empty<object?>()); break;
            case PickleOpcode.Tuple1: Tuple(1); break;
            case PickleOpcode.Tuple2: Tuple(2); break;
            case PickleOpcode.Tuple3: Tuple(3); break;
            case PickleOpcode.Tuple: _stack.Push(_stack.PopGroup()); break;
            case PickleOpcode.EmptyList: _stack.Push(new List<object?>()); break;
            case PickleOpcode.List: _stack.Push(_stack.PopGroup().ToList()); break;
            case PickleOpcode.Append: Append([_stack.Pop()]); break;
            case PickleOpcode.Appends: Append(_stack.PopGroup()); break;
            case PickleOpcode.EmptyDict: _stack.Push(new PickleDict()); break;
            case PickleOpcode.Dict: Dictionary(); break;
            case PickleOpcode.SetItem: SetLast(); break;
            case PickleOpcode.SetItems: SetItems(_stack.PopGroup()); break;
            case PickleOpcode.EmptySet: _stack.Push(PickleInert.Instance); break;
            case PickleOpcode.AddItems: _stack.PopGroup(); break;
            case PickleOpcode.FrozenSet: _stack.PopGroup(); _stack.Push(PickleInert.Instance); break;
            default: return false;
        }

        return true;
    }

    private bool Named(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Global: _stack.Push(new PickleGlobal(input.Line(), input.Line())); break;
            case PickleOpcode.StackGlobal: StackGlobal(); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj: Call(_stack.Pop()); break;
            case PickleOpcode.NewObjEx: CallWithKeywords(); break;
            case PickleOpcode.Inst: Instantiate(new PickleGlobal(input.Line(), input.Line()), _stack.PopGroup()); break;
            case PickleOpcode.Obj: Instantiate(_stack.PopGroup()); break;
            // Whatever state an object is given, none of ours has any use for it.
            case PickleOpcode.Build: _stack.Pop(); _stack.Peek(); break;
            case PickleOpcode.BinPersId: _stack.Push(objects.Persistent(_stack.Pop())); break;
            default: return false;
        }

        return true;
    }

    private void CheckProtocol(byte protocol)
    {
        if (protocol > HighestProtocol)
        {
            throw Fault($"is of protocol {protocol}; {HighestProtocol} is the highest known");
        }
    }

    // Python numbers what it stores from 0 upwards; numbers from anywhere else could be chosen to collide.
    private void Remember(int index) => _memo[index is >= 0 and < MaxOpcodes ? index : throw Fault($"stores value {index}")] = _stack.Peek();

    private object? Remembered(int index) => _memo.TryGetValue(index, out var value) ? value : throw Fault($"recalls value {index}, which it never stored");

    private int Index(string line) => int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : throw Fault($"numbers a value '{line}'");

    private object IntegerLine(string line) => line switch
    {
        "00" => false,
        "01" => true,
        _ when long.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        _ when BigInteger.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => PickleInert.Instance,
        _ => throw Fault($"writes an integer as '{line}'"),
    };

    private double FloatLine(string line) =>
        double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Fault($"writes a number as '{line}'");

    // Beyond 64 bits there is nothing that a tensor could be made of.
    private object Integer(int bytes)
    {
        if (bytes > MaxIntegerBytes)
        {
            throw Fault($"holds an integer of {bytes} bytes");
        }

        var value = new BigInteger(input.Bytes(bytes));
        return value >= long.MinValue && value <= long.MaxValue ? (long)value : new PickleLargeInteger(value);
    }

    private void Tuple(int count)
    {
        var values = new object?[count];
        for (var i = count - 1; i >= 0; i--)
        {
            values[i] = _stack.Pop();
        }

        _stack.Push(values);
    }

    private void Append(object?[] values)
    {
        switch (_stack.Peek())
        {
            case List<object?> list: list.AddRange(values); break;
            case PickleInert: break;
            default: throw Fault("appends to something that is no list");
        }
    }

    private void Dictionary()
    {
        var values = _stack.PopGroup();
        _stack.Push(new PickleDict());
        SetItems(values);
    }

    private void SetLast()
    {
        var value = _stack.Pop();
        SetItems([_stack.Pop(), value]);
    }

    private void SetItems(object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
        {
            throw Fault("sets a key without a value");
        }

        switch (_stack.Peek())
        {
            case PickleInert:
                return;
            case PickleDict dictionary:
                for (var i = 0; i < pairs.Length; i += 2)
                {
                    dictionary.Set(pairs[i], pairs[i + 1]);
                }

                return;
            default:
                throw Fault("sets a key of something that is no dictionary");
        }
    }

    private void StackGlobal()
    {
        var name = _stack.Pop();
        _stack.Push(_stack.Pop() is string module && name is string text ? new PickleGlobal(module, text) : throw Fault("names a class by something that is no text"));
    }

    private void CallWithKeywords()
    {
        _stack.Pop();
        Call(_stack.Pop());
    }

    private void Call(object? arguments) => Instantiate(
        _stack.Pop(),
        arguments as object?[] ?? throw Fault("calls something without a tuple of arguments"));

    private void Instantiate(object?[] group)
    {
        if (group.Length == 0)
        {
            throw Fault("makes an object of no class");
        }

        Instantiate(group[0], group[1..]);
    }

    private void Instantiate(object? callable, object?[] arguments)
        => _stack.Push(objects.Call(callable as PickleGlobal ?? throw Fault("calls something that is no name of a class or function"), arguments));

    private CheckpointException Fault(string what) => new($"The pickle in '{source}' {what}.");
}
