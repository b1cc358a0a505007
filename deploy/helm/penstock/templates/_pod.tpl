{{/* Parts that the pods of the three services share. All take (dict "root" $ "component" "api"). */}}

{{- define "penstock.podMetadata" -}}
{{- $own := get .root.Values .component -}}
# Nothing here names a version: pods roll when their image or their settings change, not with every new chart.
labels:
  {{- include "penstock.selector" . | nindent 2 }}
  {{- with $own.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  # A change of the settings rolls the pods. A secret of your own is not seen here: see docs/kubernetes.md.
  checksum/config: {{ include (print .root.Template.BasePath "/configmap.yaml") .root | sha256sum }}
  {{- if .root.Values.redis.url }}
  checksum/redis: {{ .root.Values.redis.url | sha256sum }}
  {{- end }}
  {{- if and (eq .component "worker") .root.Values.worker.code.files }}
  checksum/code: {{ toYaml .root.Values.worker.code.files | sha256sum }}
  {{- end }}
  {{- with $own.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "penstock.podSpec" -}}
{{- $values := .root.Values -}}
{{- $own := get $values .component -}}
serviceAccountName: {{ include "penstock.serviceAccount" .root }}
automountServiceAccountToken: false
# Otherwise a Service named penstock-api would set PENSTOCK_API_PORT=tcp://… in every pod.
enableServiceLinks: false
{{- with $values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $own.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $values.topologySpread.enabled }}
topologySpreadConstraints:
  {{- $selector := include "penstock.selector" . }}
  {{- range $values.topologySpread.keys }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: {{ $values.topologySpread.whenUnsatisfiable }}
    # Pods of one rollout among themselves: those about to leave do not count.
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "penstock.container" -}}
{{- $values := .root.Values -}}
{{- $own := get $values .component -}}
name: {{ .component }}
image: {{ include "penstock.image" (dict "root" .root "image" $own.image) | quote }}
imagePullPolicy: {{ $values.image.pullPolicy }}
workingDir: /tmp
{{- with $values.containerSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
envFrom:
  - configMapRef:
      name: {{ include "penstock.fullname" .root }}
  {{- with $values.extraEnvFrom }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "penstock.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- with (get .root.Values .component).extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "penstock.volumes" -}}
{{- $own := get .root.Values .component -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ $own.tmpSize }}
{{- with $own.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "penstock.probes" -}}
{{- $probes := (get .root.Values .component).probes -}}
# It listens from the start, also while it waits for the server.
startupProbe:
  httpGet: {path: /healthz, port: http}
  periodSeconds: 5
  timeoutSeconds: {{ $probes.timeoutSeconds }}
  failureThreshold: 60
# Asks the process alone: restarting it would not bring a server back. It may take its time, since whoever hangs is
# replaced by the others as soon as its lease ends.
livenessProbe:
  httpGet: {path: /healthz, port: http}
  periodSeconds: {{ $probes.periodSeconds }}
  timeoutSeconds: {{ $probes.timeoutSeconds }}
  failureThreshold: {{ $probes.livenessFailures }}
readinessProbe:
  httpGet: {path: /readyz, port: http}
  periodSeconds: {{ $probes.periodSeconds }}
  timeoutSeconds: {{ $probes.timeoutSeconds }}
  failureThreshold: {{ $probes.readinessFailures }}
{{- end -}}

{{- define "penstock.strategy" -}}
{{- $own := get .root.Values .component -}}
revisionHistoryLimit: 5
strategy:
  type: RollingUpdate
  rollingUpdate:
    {{- toYaml $own.rollingUpdate | nindent 4 }}
selector:
  matchLabels:
    {{- include "penstock.selector" . | nindent 4 }}
{{- end -}}
