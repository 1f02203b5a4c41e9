using System.Globalization;
using FlashDiffusion.Server.Requests;
using Google.Protobuf;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>
/// Value of one request parameter. KServe's older clients have neither floats nor unsigned numbers, so a number may come as a text too.
/// </summary>
internal sealed class ParameterValueReader(string name, Inference.InferParameter value, RequestProblems problems)
{
    /// <summary>Where it stands in the request.</summary>
    public static string FieldOf(string name) => $"parameters[{name}]";

    public string Text() => value.ParameterChoiceCase == Inference.InferParameter.ParameterChoiceOneofCase.StringParam
        ? value.StringParam
        : Fail("", "a text (string_param)");

    public bool Flag() => value.ParameterChoiceCase == Inference.InferParameter.ParameterChoiceOneofCase.BoolParam ? value.BoolParam : Fail(false, "true or false (bool_param)");

    public double Number() => value.ParameterChoiceCase switch
    {
        Inference.InferParameter.ParameterChoiceOneofCase.DoubleParam => value.DoubleParam,
        Inference.InferParameter.ParameterChoiceOneofCase.Int64Param => value.Int64Param,
        Inference.InferParameter.ParameterChoiceOneofCase.Uint64Param => value.Uint64Param,
        Inference.InferParameter.ParameterChoiceOneofCase.StringParam when double.TryParse(value.StringParam, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => Fail(0.0, "a number"),
    };

    public ulong Unsigned() => value.ParameterChoiceCase switch
    {
        Inference.InferParameter.ParameterChoiceOneofCase.Uint64Param => value.Uint64Param,
        Inference.InferParameter.ParameterChoiceOneofCase.Int64Param when value.Int64Param >= 0 => (ulong)value.Int64Param,
        Inference.InferParameter.ParameterChoiceOneofCase.StringParam when ulong.TryParse(value.StringParam, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => Fail(0UL, "a whole number from 0 on"),
    };

    public int Whole() => Number() is var number && number == Math.Truncate(number) && number is >= int.MinValue and <= int.MaxValue ? (int)number : Fail(0, "a whole number");

    /// <summary>Bytes, written in base64: a parameter can't carry them otherwise.</summary>
    public ByteString Bytes()
    {
        var text = Text();
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, bytes, out var length) ? ByteString.CopyFrom(bytes.AsSpan(0, length)) : Fail(ByteString.Empty, "base64, as the response had it");
    }

    /// <summary>A word of an enum of the native API, in small letters: <c>ddim_inversion</c>.</summary>
    public T Word<T>()
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().Where(word => Convert.ToInt32(word, CultureInfo.InvariantCulture) != 0).ToDictionary(WordOf, StringComparer.OrdinalIgnoreCase);
        return value.ParameterChoiceCase == Inference.InferParameter.ParameterChoiceOneofCase.StringParam && words.TryGetValue(value.StringParam, out var found)
            ? found
            : Fail(default(T), "one of " + string.Join(", ", words.Keys));
    }

    /// <summary>The value as a parameter of an operator or a solver, whose descriptor checks it.</summary>
    public V1.ParameterValue Value() => value.ParameterChoiceCase == Inference.InferParameter.ParameterChoiceOneofCase.StringParam
        && !double.TryParse(value.StringParam, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? new V1.ParameterValue { Text = value.StringParam }
            : new V1.ParameterValue { Number = Number() };

    private static string WordOf<T>(T word)
        where T : struct, Enum => string.Concat(word.ToString().Select((letter, at) => char.IsUpper(letter) && at > 0 ? "_" + char.ToLowerInvariant(letter) : char.ToLowerInvariant(letter).ToString()));

    private T Fail<T>(T nothing, string expected)
    {
        problems.Add(FieldOf(name), $"'{name}' must be {expected}.");
        return nothing;
    }
}
