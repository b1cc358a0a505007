{{/* Environment variables of the three services. All but the last take (dict "root" $ "component" "api"). */}}

{{/* What a service is told by the chart, beside the shared ConfigMap: a list as in a container's `env`. */}}
{{- define "penstock.ownEnv" -}}
{{- $values := .root.Values -}}
{{- if eq .component "api" }}
- {name: PENSTOCK_API_HOST, value: {{ $values.config.listenHost | quote }}}
- {name: PENSTOCK_API_PORT, value: "8000"}
- {name: PENSTOCK_API_NAMES, value: {{ include "penstock.apiNames" .root | quote }}}
{{- else }}
- {name: PENSTOCK_METRICS_HOST, value: {{ $values.config.listenHost | quote }}}
- {name: PENSTOCK_METRICS_PORT, value: "9464"}
{{- end }}
{{- if eq .component "worker" }}
- {name: PENSTOCK_WORKER_SLOTS, value: {{ $values.worker.slots | quote }}}
{{- end }}
- name: PENSTOCK_REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "penstock.redisSecret" .root }}
      key: {{ ternary $values.redis.existingSecret.key "url" (ne $values.redis.existingSecret.name "") }}
{{- end -}}

{{/* The chart's, then `extraEnv`, then the service's own `extraEnv`. A name stands there once, as the last of them has it:
Kubernetes merges the list by name, and a server-side apply refuses one that holds a name twice. */}}
{{- define "penstock.env" -}}
{{- $all := concat (include "penstock.ownEnv" . | fromYamlArray) (.root.Values.extraEnv | default list) ((get .root.Values .component).extraEnv | default list) -}}
{{- $last := dict -}}
{{- range $index, $variable := $all }}{{ $_ := set $last $variable.name $index }}{{ end -}}
{{- $kept := list -}}
{{- range $index, $variable := $all -}}
{{- if eq $index (get $last $variable.name) }}{{ $kept = append $kept $variable }}{{ end -}}
{{- end -}}
{{ toYaml $kept }}
{{- end -}}

{{/* Under which names the API is reached, separated by commas. It refuses all others, so that no web site can point a name
of its own at a port that is forwarded and speak to the API through a visitor's browser. */}}
{{- define "penstock.apiNames" -}}
{{- $service := printf "%s-api" (include "penstock.fullname" .) -}}
{{- $inside := printf "%s.%s" $service .Release.Namespace -}}
{{- $names := list "localhost" $service $inside (printf "%s.svc" $inside) (printf "%s.svc.cluster.local" $inside) -}}
{{- if .Values.api.ingress.enabled -}}
{{- range .Values.api.ingress.hosts -}}
{{- if not (hasPrefix "*" .) }}{{ $names = append $names . -}}
{{- else if not $.Values.api.names }}{{ fail (printf "api.names: the API answers to names that it knows; which ones are meant by %s of api.ingress.hosts?" .) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- concat $names (.Values.api.names | default list) | uniq | join "," -}}
{{- end -}}
