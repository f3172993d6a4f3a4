using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// The one pass over a request body: keeps the place of every open object and array, watches the keys, and hands each
/// value to <see cref="RequestFindings"/>.
/// </summary>
internal ref struct RequestWalk
{
    private readonly ReadOnlySpan<byte> _body;
    private readonly Span<Place> _places;
    private readonly Route _route;
    private readonly RequestFindings _findings;
    private readonly RequestTexts? _texts;
    private Utf8JsonReader _reader;
    private KeySet _keys;
    private int _depth;
    private RequestKey _key;
    private ReadOnlySpan<byte> _keyText;

    public RequestWalk(
        ReadOnlySpan<byte> body, Route route, RequestTexts? texts, Span<Place> places, Span<int> keyStarts,
        Span<int> unescapedStarts)
    {
        _texts = texts;
        _reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = RequestInspector.DepthMax });
        _keys = new KeySet(body, keyStarts, unescapedStarts);
        _body = body;
        _places = places;
        _route = route;
        _findings = new RequestFindings(route, body.Length);
    }

    public RequestInspection Run(bool isNamedInPath)
    {
        while (_reader.Read())
        {
            if (!Step())
                return new RequestInspection { Refusal = _findings.Refusal };
        }
        var inspection = _findings.Conclude(isNamedInPath);
        return _texts is null ? inspection : inspection with { Texts = _texts.Texts };
    }

    public void Dispose() => _keys.Dispose();

    private bool Step()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                return EnterKey();
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                return Open();
            case JsonTokenType.EndObject:
                return Close();
            case JsonTokenType.EndArray:
                _texts?.Close();
                _depth--;
                _key = RequestKey.Element;
                return true;
            case JsonTokenType.String when _reader.ValueIsEscaped && !JsonText.EscapesAreWhole(_reader.ValueSpan):
                return IsRepairable() ? Take() : HalfCharacter();
            default:
                return Take();
        }
    }

    private bool Take()
    {
        if (_depth == 0)
            return _findings.Refuse(RefusalKind.Malformed, "The body is not a JSON object; send one.");
        if (_texts is not null && _reader.TokenType == JsonTokenType.String)
            _texts.Take(_keyText, in _reader);
        return _findings.Take(_places[_depth], _key, _keyText, ref _reader);
    }

    /// <summary>
    /// Ollama is written in Go, whose decoder reads half a character as U+FFFD (encoding/json, Unmarshal), and its
    /// clients cut text in the middle of an emoji. In texts that the gate does not interpret that is one reading only.
    /// </summary>
    private readonly bool IsRepairable() => _route.Dialect == Dialect.Ollama && _depth > 0
        && _key is RequestKey.None or RequestKey.Element or RequestKey.Inert or RequestKey.Content or RequestKey.Prompt
            or RequestKey.System or RequestKey.Input or RequestKey.Arguments;

    private bool EnterKey()
    {
        var fault = _keys.Add(_reader, out var key);
        switch (fault)
        {
            case KeyFault.Duplicate:
                return Twice(key);
            case KeyFault.TooLong:
                return _findings.Refuse(
                    RefusalKind.Malformed,
                    $"Keys of the body that are written with escapes have more than {KeySet.UnescapedBytesMax} bytes "
                        + "together; write them without escapes.");
            case KeyFault.TooMany:
                return _findings.Refuse(
                    RefusalKind.Malformed,
                    $"An object of the body has more than {KeySet.KeysPerObjectMax} keys; send fewer.");
            case KeyFault.HalfCharacter:
                return HalfCharacter();
            case KeyFault.None:
                break;
        }
        _key = RequestKey.None;
        _keyText = key;
        if (_places[_depth] is Place.Other or Place.Unknown)
            return true;
        _key = RequestKeys.Find(key);
        if (_key == RequestKey.None && RequestKeys.IsVariant(key))
        {
            return _findings.Refuse(
                RefusalKind.AmbiguousJson,
                $"Some servers read the key \"{JsonText.Shown(key)}\" as another one; write it in lower case.");
        }
        return true;
    }

    private bool Open()
    {
        var isObject = _reader.TokenType == JsonTokenType.StartObject;
        Place place;
        if (_depth == 0)
        {
            if (!isObject)
                return _findings.Refuse(RefusalKind.Malformed, "The body is not a JSON object; send one.");
            place = Place.Top;
            _findings.BodyOffset = (int)_reader.TokenStartIndex;
        }
        else
        {
            var parent = _places[_depth];
            if (!_findings.Take(parent, _key, _keyText, ref _reader))
                return false;
            place = _key == RequestKey.Element ? parent : Places.Under(parent, _key, _route);
        }
        _texts?.Open(_key == RequestKey.Element ? [] : _keyText, isObject);
        _places[++_depth] = place;
        _key = RequestKey.Element;
        if (isObject)
        {
            _keys.OpenObject();
            _findings.Enter();
        }
        return true;
    }

    private bool Close()
    {
        _texts?.Close();
        var place = _places[_depth--];
        _key = RequestKey.Element;
        return _keys.CloseObject(out var duplicate) == KeyFault.None ? _findings.Leave(place) : Twice(duplicate);
    }

    private readonly bool Twice(ReadOnlySpan<byte> key) => _findings.Refuse(
        RefusalKind.AmbiguousJson,
        $"The key \"{JsonText.Shown(key)}\" appears twice in one object of the body; send it once.");

    private readonly bool HalfCharacter() => _findings.Refuse(
        RefusalKind.Malformed,
        $"The string at {JsonText.PathAt(_body, _reader.TokenStartIndex)} (byte {_reader.TokenStartIndex} of the body) "
            + "holds half a character, a lone surrogate. Text was cut inside of a character: cut it elsewhere.");
}
