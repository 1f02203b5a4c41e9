using System.Text;
using FlashDiffusion.Models.Checkpoints.Pickle;

namespace FlashDiffusion.Models.Fuzzing;

/// <summary>Random programs for the pickle machine: sound opcodes with operands, so that they get further than damaged files.</summary>
internal static class PickleProgram
{
    private const int LongestProgram = 300;

    private static readonly PickleOpcode[] Opcodes = Enum.GetValues<PickleOpcode>();

    private static readonly string[] Words =
    [
        "state_dict", "storage", "0", "cpu", "weight", "torch", "FloatStorage", "torch._utils", "_rebuild_tensor_v2", "_rebuild_parameter",
        "collections", "OrderedDict", "os", "system", "numpy", "dtype", "builtins", "eval", "omegaconf.", "é",
    ];

    public static byte[] Create(Mutator random)
    {
        List<byte> program = [0x80, 2, (byte)PickleOpcode.EmptyDict, (byte)PickleOpcode.Mark];
        for (var count = random.Next(LongestProgram); count > 0; count--)
        {
            var opcode = Opcodes[random.Next(Opcodes.Length)];
            program.Add((byte)opcode);
            program.AddRange(Operand(opcode, random));
        }

        program.Add((byte)PickleOpcode.Stop);
        return [.. program];
    }

    private static byte[] Operand(PickleOpcode opcode, Mutator random) => opcode switch
    {
        PickleOpcode.BinInt1 or PickleOpcode.BinPut or PickleOpcode.BinGet => [(byte)random.Next(16)],
        PickleOpcode.Proto => [(byte)random.Next(6)],
        PickleOpcode.BinInt2 => [(byte)random.Next(256), (byte)random.Next(4)],
        PickleOpcode.BinInt or PickleOpcode.LongBinPut or PickleOpcode.LongBinGet => [(byte)random.Next(256), (byte)random.Next(2), 0, 0],
        PickleOpcode.BinFloat or PickleOpcode.Frame => [.. Enumerable.Range(0, 8).Select(_ => (byte)random.Next(256))],
        PickleOpcode.ShortBinUnicode or PickleOpcode.ShortBinBytes or PickleOpcode.ShortBinString => Word(random, 1),
        PickleOpcode.BinUnicode or PickleOpcode.BinBytes or PickleOpcode.BinString => Word(random, 4),
        PickleOpcode.BinUnicode8 or PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8 => Word(random, 8),
        PickleOpcode.Long1 => [2, (byte)random.Next(256), (byte)random.Next(256)],
        PickleOpcode.Long4 => [2, 0, 0, 0, (byte)random.Next(256), (byte)random.Next(256)],
        PickleOpcode.Global or PickleOpcode.Inst => Encoding.UTF8.GetBytes($"{Text(random)}\n{Text(random)}\n"),
        PickleOpcode.Int or PickleOpcode.Long or PickleOpcode.Float or PickleOpcode.Get or PickleOpcode.Put => Encoding.UTF8.GetBytes($"{random.Next(40)}\n"),
        PickleOpcode.Unicode => Encoding.UTF8.GetBytes(Text(random) + "\n"),
        _ => [],
    };

    private static byte[] Word(Mutator random, int lengthBytes)
    {
        var text = Encoding.UTF8.GetBytes(Text(random));
        return [(byte)text.Length, .. new byte[lengthBytes - 1], .. text];
    }

    private static string Text(Mutator random) => Words[random.Next(Words.Length)];
}
