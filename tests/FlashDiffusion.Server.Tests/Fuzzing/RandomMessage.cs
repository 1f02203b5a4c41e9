using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace FlashDiffusion.Server.Tests.Fuzzing;

/// <summary>Messages of the right types with the values that programmers forget.</summary>
internal static class RandomMessage
{
    private const int Deepest = 4;
    private static readonly long[] Integers = [0, 1, -1, 2, 3, 16, 64, 1000, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue];
    private static readonly double[] Numbers = [0, 1, -1, 0.05, 1e-300, 1e300, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.Epsilon];
    private static readonly string[] Texts = ["", "fake", "gaussian_blur", "inpainting", "kernel_blur", "measurement", "FP32", "std", "../../etc/passwd", "\0", "ü", new string('x', 2000), "NaN", "-1"];

    /// <summary>A message in which about every second field is set.</summary>
    public static IMessage Of(MessageDescriptor type, Random random, int depth = 0)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InDeclarationOrder().Where(_ => random.Next(2) == 0))
        {
            Set(message, field, random, depth);
        }

        return message;
    }

    /// <summary>A copy in which a few fields have other values, somewhere in the depth.</summary>
    public static IMessage Spoil(IMessage fine, Random random)
    {
        var message = fine.Descriptor.Parser.ParseFrom(fine.ToByteArray());
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var place = message;
            var fields = place.Descriptor.Fields.InDeclarationOrder();
            while (fields.Count > 0)
            {
                var field = fields[random.Next(fields.Count)];
                if (field is { FieldType: FieldType.Message, IsRepeated: false } && field.Accessor.GetValue(place) is IMessage inner && random.Next(3) > 0)
                {
                    (place, fields) = (inner, inner.Descriptor.Fields.InDeclarationOrder());
                    continue;
                }

                Set(place, field, random, depth: 1);
                break;
            }
        }

        return message;
    }

    private static void Set(IMessage message, FieldDescriptor field, Random random, int depth)
    {
        if (field.IsMap)
        {
            var map = (IDictionary)field.Accessor.GetValue(message);
            map[Pick(Texts, random)] = Value(field.MessageType.FindFieldByNumber(2), random, depth);
        }
        else if (field.IsRepeated)
        {
            var list = (IList)field.Accessor.GetValue(message);
            for (var i = random.Next(0, 5); i > 0; i--)
            {
                list.Add(Value(field, random, depth));
            }
        }
        else
        {
            field.Accessor.SetValue(message, Value(field, random, depth));
        }
    }

    private static object Value(FieldDescriptor field, Random random, int depth) => field.FieldType switch
    {
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Double => Pick(Numbers, random),
        FieldType.Float => (float)Pick(Numbers, random),
        FieldType.String => Pick(Texts, random),
        FieldType.Bytes => Blob(random),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => unchecked((int)Pick(Integers, random)),
        FieldType.UInt32 or FieldType.Fixed32 => unchecked((uint)Pick(Integers, random)),
        FieldType.UInt64 or FieldType.Fixed64 => unchecked((ulong)Pick(Integers, random)),
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, random.Next(3) == 0 ? unchecked((int)Pick(Integers, random)) : random.Next(0, 6)),
        FieldType.Message => depth < Deepest ? Of(field.MessageType, random, depth + 1) : field.MessageType.Parser.ParseFrom(ByteString.Empty),
        _ => Pick(Integers, random),
    };

    private static ByteString Blob(Random random)
    {
        var bytes = new byte[Pick([0, 1, 4, 12, 100, 3 * 16 * 16 * 4], random)];
        random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static T Pick<T>(T[] values, Random random) => values[random.Next(values.Length)];
}
