using Google.Protobuf;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>What a test looks at in a span.</summary>
internal sealed record CollectedSpan(string TraceId, string SpanId, string ParentId, string Name)
{
    // opentelemetry-proto, Span: trace_id = 1, span_id = 2, parent_span_id = 4, name = 5.
    public static CollectedSpan Parse(byte[] message)
    {
        var input = new CodedInputStream(message);
        var (trace, span, parent, name) = ("", "", "", "");
        while (input.ReadTag() is var tag && tag != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    trace = Convert.ToHexStringLower(input.ReadBytes().Span);
                    break;
                case 2:
                    span = Convert.ToHexStringLower(input.ReadBytes().Span);
                    break;
                case 4:
                    parent = Convert.ToHexStringLower(input.ReadBytes().Span);
                    break;
                case 5:
                    name = input.ReadString();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return new CollectedSpan(trace, span, parent, name);
    }
}
